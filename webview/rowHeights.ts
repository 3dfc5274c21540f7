import type { TranscriptItem } from "../src/protocol/conversation";

/** Rows from `start` to before `end`. */
export interface RowRange {
  start: number;
  end: number;
}

type Row = TranscriptItem;

/** So much is rendered beyond each edge of the viewport, in pixels, and in rows at most. */
const overscanPx = 400;
const overscanRows = 12;

/**
 * How high the rows are: measured where they were once shown, else guessed
 * from their text. Where a guess was wrong the browser's own scroll anchoring
 * keeps what the user sees in its place when the row is rendered.
 */
export class RowHeights {
  readonly #measured = new Map<string, number>();

  measured(id: string, heightPx: number): void {
    this.#measured.set(id, heightPx);
  }

  /** The height of the rows of `range` together, in pixels. */
  sum(rows: Row[], { start, end }: RowRange): number {
    let sum = 0;
    for (let index = start; index < end; index += 1) {
      sum += this.#of(rows[index]);
    }
    return sum;
  }

  /** The last rows, which fill a viewport with something to spare. */
  tail(rows: Row[], viewportPx: number): RowRange {
    const start = this.#back(rows, rows.length, viewportPx, rows.length);
    return this.#widened(rows, { start, end: rows.length });
  }

  /** The rows that are seen from `topPx` on. */
  visible(rows: Row[], topPx: number, viewportPx: number): RowRange {
    let start = 0;
    let offset = 0;
    while (start < rows.length - 1) {
      const next = offset + this.#of(rows[start]);
      if (next > topPx) {
        break;
      }
      offset = next;
      start += 1;
    }
    let end = start;
    while (end < rows.length && offset < topPx + viewportPx) {
      offset += this.#of(rows[end]);
      end += 1;
    }
    return { start, end };
  }

  /** The rows that are rendered when those are seen. */
  around(rows: Row[], topPx: number, viewportPx: number): RowRange {
    return this.#widened(rows, this.visible(rows, topPx, viewportPx));
  }

  #widened(rows: Row[], { start, end }: RowRange): RowRange {
    let last = end;
    for (
      let room = overscanPx;
      room > 0 && last < rows.length && last - end < overscanRows;
      last += 1
    ) {
      room -= this.#of(rows[last]);
    }
    return {
      start: this.#back(rows, start, overscanPx, overscanRows),
      end: last,
    };
  }

  /** The first of the rows that fill so many pixels before `end`. */
  #back(rows: Row[], end: number, px: number, most: number): number {
    let start = end;
    for (let room = px; room > 0 && start > 0 && end - start < most;) {
      start -= 1;
      room -= this.#of(rows[start]);
    }
    return start;
  }

  #of(row: Row | undefined): number {
    return row ? (this.#measured.get(row.id) ?? guess(row)) : 0;
  }
}

const linePx = 20;
const charactersInALine = 80;

function guess(row: Row): number {
  switch (row.kind) {
    case "prompt":
    case "text":
      return 30 + linePx * Math.ceil(row.text.length / charactersInALine);
    case "tool":
      return 34;
    default:
      return 28;
  }
}
