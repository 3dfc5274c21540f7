import { useEffect, useRef, useState } from "react";
import type { Conversation } from "../../src/protocol/conversation";
import { Announcements } from "../announcements";

/** The live region; its text is written directly, as it is no part of what is seen. */
export function Announcer({ conversation }: { conversation: Conversation }) {
  const region = useRef<HTMLDivElement>(null);
  const [announcements] = useState(() => new Announcements());
  useEffect(() => {
    const words = announcements.next(conversation);
    if (words !== null && region.current) {
      region.current.textContent = words;
    }
  }, [announcements, conversation]);
  return (
    <div
      ref={region}
      className="only-heard"
      aria-live="polite"
      data-testid="announcer"
    />
  );
}
