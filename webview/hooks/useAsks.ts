import { useCallback, useState } from "react";
import { useChat } from "../chat";

const none: ReadonlySet<string> = new Set();

/** What only the view knows about the asks: which it answered, and which are out of sight. */
export function useAsks() {
  const chat = useChat();
  const [answered, setAnswered] = useState(none);
  const [outOfSight, setOutOfSight] = useState(none);
  const onAnswer = useCallback(
    (id: string, decision: "allow" | "deny") => {
      setAnswered((ids) => withId(ids, id, true));
      chat.answerAsk(id, decision);
    },
    [chat],
  );
  const onSeen = useCallback((id: string, isOnScreen: boolean) => {
    setOutOfSight((ids) => withId(ids, id, !isOnScreen));
  }, []);
  return { answered, outOfSight, onAnswer, onSeen };
}

function withId(ids: ReadonlySet<string>, id: string, isIn: boolean) {
  if (ids.has(id) === isIn) {
    return ids;
  }
  const next = new Set(ids);
  if (isIn) {
    next.add(id);
  } else {
    next.delete(id);
  }
  return next;
}
