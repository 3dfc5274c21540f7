import { memo } from "react";
import type { QueuedPrompt } from "../../src/protocol/conversation";
import { useChat } from "../chat";
import { useDelay } from "../hooks/useDelay";
import { Icon } from "../icons/Icon";

/** Most prompts are confirmed long before; a line that flashes up would only alarm. */
const unsentShownAfterMs = 600;

/** Prompts that wait their turn, and those that the host has not confirmed. */
export const QueuedPrompts = memo(function QueuedPrompts({
  queued,
  unsent,
}: {
  queued: QueuedPrompt[];
  unsent: QueuedPrompt[];
}) {
  const chat = useChat();
  const isLate = useDelay(unsent[0]?.id ?? "", unsentShownAfterMs);
  const late = isLate ? unsent : [];
  if (queued.length + late.length === 0) {
    return null;
  }
  return (
    <ul className="queue" aria-label="Prompts that wait their turn">
      {queued.map((prompt) => (
        <QueueRow
          key={prompt.id}
          prompt={prompt}
          state="Waits its turn"
          remedy="Remove from the queue"
          onRemove={() => chat.removeQueued(prompt.id)}
        />
      ))}
      {late.map((prompt) => (
        <QueueRow
          key={prompt.id}
          prompt={prompt}
          state="Not confirmed yet"
          remedy="Put back into the box"
          onRemove={() => chat.journal.takeBack(prompt.id)}
        />
      ))}
    </ul>
  );
});

function QueueRow({
  prompt,
  state,
  remedy,
  onRemove,
}: {
  prompt: QueuedPrompt;
  state: string;
  remedy: string;
  onRemove: () => void;
}) {
  return (
    <li className="queued" data-testid="queued" title={prompt.text}>
      <Icon name="clock" />
      <span className="queued-text">{prompt.text}</span>
      <span className="queued-state">{state}</span>
      <button
        type="button"
        className="icon-button"
        aria-label={remedy}
        title={remedy}
        onClick={onRemove}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
