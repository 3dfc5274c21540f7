import type { TranscriptItem } from "../../src/protocol/conversation";

/** What the user asked, as it was typed. */
export function PromptBubble({
  prompt,
}: {
  prompt: Extract<TranscriptItem, { kind: "prompt" }>;
}) {
  return (
    <div className="prompt" data-testid="prompt">
      <h2 className="only-heard">You</h2>
      <div className="prompt-text">{prompt.text}</div>
    </div>
  );
}
