import type { TranscriptItem } from "../../src/protocol/conversation";
import { compactionWords } from "../format";

/** The conversation was shrunk; what is above is still shown, but Claude knows only a summary of it. */
export function CompactionLine({
  compaction,
}: {
  compaction: Extract<TranscriptItem, { kind: "compaction" }>;
}) {
  return (
    <div className="compaction" data-testid="compaction">
      {compactionWords(compaction)}
    </div>
  );
}
