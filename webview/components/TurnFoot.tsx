import type { TranscriptItem } from "../../src/protocol/conversation";
import { turnWords } from "../format";

/** What a turn took; nothing when the CLI did not say. */
export function TurnFoot({
  turn,
}: {
  turn: Extract<TranscriptItem, { kind: "turn" }>;
}) {
  return (
    <div className={`turn turn-${turn.outcome}`} data-testid="turn">
      {turnWords(turn)}
    </div>
  );
}
