import type { TranscriptItem } from "../src/protocol/conversation";
import type { RowHeights, RowRange } from "./rowHeights";

/** A row, or the room that the rows take that are not in the document. */
export type RowPart = { row: TranscriptItem } | { key: string; gapPx: number };

/**
 * What stands in the document: the rows of a range, and those that must not
 * leave it (an open ask, what has the focus) wherever they are.
 */
export function rowParts(
  rows: TranscriptItem[],
  range: RowRange,
  pinned: ReadonlySet<string>,
  heights: RowHeights,
): RowPart[] {
  const parts: RowPart[] = [];
  let next = 0;
  const addGap = (end: number) => {
    if (end > next) {
      const gapPx = heights.sum(rows, { start: next, end });
      parts.push({ key: `gap ${parts.length}`, gapPx });
    }
  };
  for (const index of indexes(rows, range, pinned)) {
    const row = rows[index];
    if (row) {
      addGap(index);
      parts.push({ row });
      next = index + 1;
    }
  }
  addGap(rows.length);
  return parts;
}

function indexes(
  rows: TranscriptItem[],
  { start, end }: RowRange,
  pinned: ReadonlySet<string>,
): number[] {
  const inside = Array.from({ length: end - start }, (_, at) => start + at);
  if (pinned.size === 0) {
    return inside;
  }
  const outside = [...pinned]
    .map((id) => rows.findLastIndex((row) => row.id === id))
    .filter((index) => index >= 0 && (index < start || index >= end));
  return [...new Set([...inside, ...outside])].sort((a, b) => a - b);
}
