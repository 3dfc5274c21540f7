import { useState } from "react";
import { flushSync } from "react-dom";
import { useChat } from "../chat";
import { isFolded } from "../find";
import { markFound, unmarkFound } from "../findMarks";
import type { TranscriptScroll } from "../transcriptScroll";
import type { Found } from "./useFound";

/** Goes from one hit to the next: `at` is counted from the newest, -1 before the first is gone to. */
export function useFindSteps(
  found: Found[],
  pattern: RegExp | null,
  scroll: TranscriptScroll,
) {
  const { folds } = useChat();
  const [at, setAt] = useState(-1);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const go = (step: number) => {
    const next = (Math.max(at, step > 0 ? -1 : 0) + step + total) % total;
    const hit = hitAt(found, next);
    if (!pattern || !hit) {
      return;
    }
    setAt(next);
    const { item, nth } = hit;
    flushSync(() => {
      if (isFolded(item)) {
        folds.set(item.id, true);
      }
      if ("parent" in item && item.parent !== undefined) {
        folds.set(item.parent, true);
      }
    });
    scroll.reveal(item.id);
    requestAnimationFrame(() => {
      const row = document.querySelector(`[data-row="${CSS.escape(item.id)}"]`);
      const mark = row && markFound(row, pattern, nth);
      mark?.scrollIntoView({ block: "nearest" });
    });
  };
  const restart = () => {
    setAt(-1);
    unmarkFound();
  };
  return { at, go, restart };
}

/** The item with hit number `at`, counted from the newest, and which of the item's own it is. */
function hitAt(found: Found[], at: number) {
  let before = 0;
  for (const { item, count } of found) {
    if (at < before + count) {
      return { item, nth: count - 1 - (at - before) };
    }
    before += count;
  }
  return null;
}
