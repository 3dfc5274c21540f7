import { useEffect, useState } from "react";
import { useChat } from "../chat";

/**
 * True once `delayMs` have passed without `key` changing. A change makes it
 * false in the very same rendering.
 */
export function useDelay(key: string, delayMs: number): boolean {
  const { clock } = useChat();
  const [passedKey, setPassedKey] = useState<string | null>(null);
  useEffect(() => {
    const timer = clock.schedule(delayMs, () => setPassedKey(key));
    return () => {
      timer.dispose();
      // The same key may come again later, and has to wait again then.
      setPassedKey(null);
    };
  }, [clock, key, delayMs]);
  return passedKey === key;
}
