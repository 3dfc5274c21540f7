import { memo } from "react";
import type { Ask } from "../../src/protocol/conversation";
import { Icon } from "../icons/Icon";
import { toolTitle } from "../toolNames";
import { visibleText } from "../visibleText";

/** Stands in for an ask whose card is out of sight; it shows, it never answers. */
export const AskBar = memo(function AskBar({ ask }: { ask: Ask }) {
  return (
    <div className="ask-bar" data-testid="ask-bar">
      <Icon name="shield" />
      <span className="ask-bar-words">
        Claude asks: {toolTitle(ask.toolName)} —{" "}
        <code>{visibleText(ask.summary)}</code>
      </span>
      <button
        type="button"
        className="button secondary small"
        data-testid="ask-show"
        onClick={() => showAsk(ask.id)}
      >
        Show
      </button>
    </div>
  );
});

function showAsk(id: string): void {
  const card = document.querySelector<HTMLElement>(
    `[data-ask="${CSS.escape(id)}"]`,
  );
  card?.scrollIntoView({ block: "center" });
  // The card, not a button of it: a second Enter must not answer.
  card?.focus({ preventScroll: true });
}
