import { useEffect, useState } from "react";
import { useChat } from "../chat";

const tickMs = 1000;

/** The time, moving once a second; only what runs should ask for it. */
export function useNow(): number {
  const { clock } = useChat();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const timer = clock.schedule(tickMs, () => setNow(clock.now()));
    return () => timer.dispose();
  }, [clock, now]);
  return now;
}
