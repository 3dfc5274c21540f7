import type { TranscriptItem } from "../../src/protocol/conversation";
import { Markdown } from "../markdown/Markdown";
import { Folded } from "./Folded";

export function Thinking({
  item,
}: {
  item: Extract<TranscriptItem, { kind: "thinking" }>;
}) {
  return (
    <Folded
      foldKey={item.id}
      className={item.streaming ? "thinking streaming" : "thinking"}
      line={
        <span className="thinking-words">
          {item.streaming ? "Thinking…" : "Thought"}
        </span>
      }
    >
      <Markdown text={item.text} streaming={item.streaming} />
    </Folded>
  );
}
