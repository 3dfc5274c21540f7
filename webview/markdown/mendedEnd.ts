import type { MarkedToken } from "marked";

/**
 * The source of the last block while more of it is to come, with what is open
 * at its end closed: bold is bold from its first word on, and an address that
 * is still being written is not shown as text.
 */
export function mendedEnd({ type, raw }: MarkedToken): string {
  if (!mendable.has(type)) {
    return raw;
  }
  const withoutLink = raw
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, "$1")
    .replace(/!?\[([^\]\n]*)$/, "$1");
  return closed(closed(closed(withoutLink, "`"), "**"), "~~");
}

const mendable = new Set<string>(["paragraph", "heading", "list", "text"]);

/** With the mark once more when it was opened and not closed; without it when nothing follows it yet. */
function closed(source: string, mark: string): string {
  const line = source.slice(source.lastIndexOf("\n") + 1);
  const code = line.split("`").length % 2 === 0;
  if (line.split(mark).length % 2 !== 0 || (mark !== "`" && code)) {
    return source;
  }
  const trimmed = source.trimEnd();
  return trimmed.endsWith(mark)
    ? trimmed.slice(0, -mark.length)
    : trimmed + mark;
}
