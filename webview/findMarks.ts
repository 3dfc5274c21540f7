/**
 * Marks what is found in a row, without touching its elements: all of it, and
 * the one with the number `current` (from 0) in another colour. Returns that
 * one's element, to be scrolled into sight.
 */
export function markFound(
  row: Element,
  pattern: RegExp,
  current: number,
): Element | null {
  const ranges = rangesIn(row, pattern);
  const now = ranges[Math.min(current, ranges.length - 1)];
  CSS.highlights.set("found", new Highlight(...ranges));
  CSS.highlights.set("found-current", new Highlight(...(now ? [now] : [])));
  return now?.startContainer.parentElement ?? null;
}

export function unmarkFound(): void {
  CSS.highlights.delete("found");
  CSS.highlights.delete("found-current");
}

function rangesIn(row: Element, pattern: RegExp): Range[] {
  const ranges: Range[] = [];
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const match of (node.textContent ?? "").matchAll(pattern)) {
      const range = new Range();
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      ranges.push(range);
    }
  }
  return ranges;
}
