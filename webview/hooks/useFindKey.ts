import { useCallback, useEffect, useRef, useState } from "react";

/** Whether the find bar is open: Ctrl+F or Cmd+F opens it, and closing gives the focus back. */
export function useFindKey(): { isFinding: boolean; close: () => void } {
  const [isFinding, setIsFinding] = useState(false);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isFind = (event.ctrlKey || event.metaKey) && event.key === "f";
      if (isFind && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        if (!document.activeElement?.closest(".find")) {
          cameFrom.current = document.activeElement;
        }
        setIsFinding(true);
        document.querySelector<HTMLElement>(".find input")?.focus();
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  const close = useCallback(() => {
    setIsFinding(false);
    if (cameFrom.current instanceof HTMLElement) {
      cameFrom.current.focus();
    }
  }, []);
  return { isFinding, close };
}
