import { type RefObject, useEffect, useState } from "react";

/**
 * Counts how often an element came into the user's sight: scrolled there, or
 * the whole view shown again. `onChange` hears whether it is there.
 */
export function useAppearances(
  element: RefObject<HTMLElement | null>,
  onChange: (isOnScreen: boolean) => void,
): number {
  const [appearances, setAppearances] = useState(0);
  useEffect(() => {
    const target = element.current;
    if (!target) {
      return;
    }
    const appeared = () => setAppearances((count) => count + 1);
    const observer = new IntersectionObserver(([entry]) => {
      onChange(entry?.isIntersecting ?? false);
      if (entry?.isIntersecting) {
        appeared();
      }
    });
    const shownAgain = () => {
      if (!document.hidden) {
        appeared();
      }
    };
    observer.observe(target);
    document.addEventListener("visibilitychange", shownAgain);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", shownAgain);
      onChange(true);
    };
  }, [element, onChange]);
  return appearances;
}
