import type { TranscriptItem } from "../../src/protocol/conversation";
import { Markdown } from "../markdown/Markdown";

export function AgentText({
  item,
}: {
  item: Extract<TranscriptItem, { kind: "text" }>;
}) {
  return (
    <div
      className={item.streaming ? "agent-text streaming" : "agent-text"}
      data-testid="text"
    >
      <h2 className="only-heard">Claude</h2>
      <Markdown text={item.text} streaming={item.streaming} />
    </div>
  );
}
