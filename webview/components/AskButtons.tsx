import type { KeyboardEvent, Ref } from "react";

interface AskButtonsProps {
  row: Ref<HTMLDivElement>;
  isAnswered: boolean;
  isGuarded: boolean;
  onAnswer: (decision: "allow" | "deny") => void;
}

/** The two answers keep their place and size in every state. */
export function AskButtons({
  row,
  isAnswered,
  isGuarded,
  onAnswer,
}: AskButtonsProps) {
  const isInert = isAnswered || isGuarded;
  const button = (decision: "allow" | "deny", className: string) => (
    <button
      type="button"
      className={className}
      data-testid={`ask-${decision}`}
      aria-disabled={isInert}
      onKeyDown={ignoreHeldKey}
      onClick={() => {
        if (!isInert) {
          onAnswer(decision);
        }
      }}
    >
      {decision === "allow" ? "Allow" : "Deny"}
    </button>
  );
  return (
    <div className="ask-actions" ref={row}>
      {button("allow", "button primary")}
      {button("deny", "button secondary")}
      <span className="ask-state" role="status">
        {isAnswered && "Answered…"}
      </span>
    </div>
  );
}

/** A key held down from elsewhere is not an answer. */
function ignoreHeldKey(event: KeyboardEvent) {
  if (event.repeat) {
    event.preventDefault();
  }
}
