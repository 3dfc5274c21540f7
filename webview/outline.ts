import type { TranscriptItem } from "../src/protocol/conversation";

/** The rows of a transcript. */
export interface Outline {
  /** In the order in which they are shown. */
  rows: TranscriptItem[];
  /** How deep a row stands within subagents; absent for 0. */
  depths: ReadonlyMap<string, number>;
  /** How many rows each subagent has made, by the id of its tool call. */
  steps: ReadonlyMap<string, number>;
}

const none: ReadonlyMap<string, number> = new Map();

/**
 * What of the items is shown: without the hooks that have nothing to say, and
 * with each subagent's own items below its tool call while that is open.
 */
export function outline(
  items: TranscriptItem[],
  open: ReadonlySet<string>,
): Outline {
  const shown = items.filter(isWorthARow);
  const nested = childrenOf(shown);
  if (nested.size === 0) {
    return { rows: shown, depths: none, steps: none };
  }
  const tools = new Set(shown.map(({ id }) => id));
  const rows: TranscriptItem[] = [];
  const depths = new Map<string, number>();
  const add = (item: TranscriptItem, depth: number) => {
    rows.push(item);
    depths.set(item.id, depth);
    if (open.has(item.id) && depth < deepest) {
      nested.get(item.id)?.forEach((child) => add(child, depth + 1));
    }
  };
  for (const item of shown) {
    const parent = parentOf(item);
    // One whose tool call is not known is shown where it came; none may be missed.
    if (parent === undefined || !tools.has(parent)) {
      add(item, parent === undefined ? 0 : 1);
    }
  }
  const steps = new Map(
    [...nested].map(([id, children]) => [id, children.length]),
  );
  return { rows, depths, steps };
}

/** Agents nest two or three deep; what says more is not believed, so that no circle can be walked. */
const deepest = 8;

/** A hook that went well and said nothing would only be in the way, as most do. */
function isWorthARow(item: TranscriptItem): boolean {
  return (
    item.kind !== "hook" ||
    item.status === "failed" ||
    item.status === "blocked" ||
    item.output.trim() !== ""
  );
}

function childrenOf(items: TranscriptItem[]): Map<string, TranscriptItem[]> {
  const children = new Map<string, TranscriptItem[]>();
  for (const item of items) {
    const parent = parentOf(item);
    if (parent !== undefined) {
      const siblings = children.get(parent) ?? [];
      siblings.push(item);
      children.set(parent, siblings);
    }
  }
  return children;
}

function parentOf(item: TranscriptItem): string | undefined {
  return "parent" in item ? item.parent : undefined;
}
