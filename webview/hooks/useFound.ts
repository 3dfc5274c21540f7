import { useEffect, useState } from "react";
import type { TranscriptItem } from "../../src/protocol/conversation";
import { useChat } from "../chat";
import { countIn } from "../find";

/** An item with something that was found, and how often. */
export interface Found {
  item: TranscriptItem;
  count: number;
}

/** So many items are searched before the page may do something else. */
const sliceItems = 400;

const nothing: Found[] = [];

/**
 * Everything that a pattern is found in, the newest first, while it is being
 * found: the first hits are there long before the last.
 */
export function useFound(
  items: TranscriptItem[],
  pattern: RegExp | null,
): Found[] {
  const { clock } = useChat();
  const [result, setResult] = useState<{
    pattern: RegExp | null;
    found: Found[];
  }>({ pattern: null, found: nothing });
  useEffect(() => {
    if (!pattern) {
      return;
    }
    const found: Found[] = [];
    let next = items.length - 1;
    const search = () => {
      const last = Math.max(0, next - sliceItems);
      for (; next >= last; next -= 1) {
        const item = items[next];
        const count = item ? countIn(item, pattern) : 0;
        if (item && count > 0) {
          found.push({ item, count });
        }
      }
      setResult({ pattern, found: [...found] });
      if (next >= 0) {
        timer = clock.schedule(0, search);
      }
    };
    let timer = clock.schedule(0, search);
    return () => timer.dispose();
  }, [clock, items, pattern]);
  return result.pattern === pattern ? result.found : nothing;
}
