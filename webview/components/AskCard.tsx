import { useCallback, useId, useLayoutEffect, useRef } from "react";
import type { Ask } from "../../src/protocol/conversation";
import { useAppearances } from "../hooks/useAppearances";
import { useDelay } from "../hooks/useDelay";
import { Icon } from "../icons/Icon";
import { toolVerb } from "../toolNames";
import { visibleText } from "../visibleText";
import { AskButtons } from "./AskButtons";

/** An answer given before anyone could read the question was meant for something else. */
const guardMs = 500;

export interface AskPlace {
  ask: Ask;
  /** Changes when the asks that are open do: the cards have moved then. */
  layout: string;
  isAnswered: boolean;
  onAnswer: (id: string, decision: "allow" | "deny") => void;
  onSeen: (id: string, isOnScreen: boolean) => void;
}

/**
 * A question of the agent's. It never takes the focus, no key pressed elsewhere
 * answers it, and for half a second after it appears or moves nothing does.
 */
export function AskCard({
  ask,
  layout,
  isAnswered,
  onAnswer,
  onSeen,
}: AskPlace) {
  const titleId = useId();
  const card = useRef<HTMLElement>(null);
  const actions = useRef<HTMLDivElement>(null);
  const seen = useCallback(
    (isOnScreen: boolean) => onSeen(ask.id, isOnScreen),
    [ask.id, onSeen],
  );
  const appearances = useAppearances(actions, seen);
  const isOpen = useDelay(`${layout}#${appearances}`, guardMs);
  useKeptFocus(card);
  return (
    <section
      ref={card}
      className="ask"
      data-testid="ask"
      data-ask={ask.id}
      aria-labelledby={titleId}
      tabIndex={-1}
    >
      <h3 className="ask-title" id={titleId}>
        <Icon name="shield" />
        Claude wants to {toolVerb(ask.toolName)}
        <LineCount text={ask.detail} />
      </h3>
      {ask.summary !== ask.detail && ask.detail !== "" && (
        <code className="ask-summary">{visibleText(ask.summary)}</code>
      )}
      <pre className="ask-detail" tabIndex={0}>
        {visibleText(ask.detail || ask.summary)}
      </pre>
      {ask.reason && <p className="ask-reason">{ask.reason}</p>}
      <AskButtons
        row={actions}
        isAnswered={isAnswered}
        isGuarded={!isOpen}
        onAnswer={(decision) => onAnswer(ask.id, decision)}
      />
    </section>
  );
}

/** Said when the detail is longer than its box: there is more to read than is seen. */
function LineCount({ text }: { text: string }) {
  const lines = text.split("\n").length;
  return lines > 10 && <span className="ask-lines">{lines} lines</span>;
}

/** When the answered card goes, the keyboard's place goes to the transcript instead of nowhere. */
function useKeptFocus(card: { current: HTMLElement | null }) {
  // A layout effect, as its end comes before the card is taken out of the document.
  useLayoutEffect(() => {
    const element = card.current;
    const transcript = element?.closest<HTMLElement>(".transcript");
    return () => {
      if (element?.contains(document.activeElement)) {
        transcript?.focus({ preventScroll: true });
      }
    };
  }, [card]);
}
