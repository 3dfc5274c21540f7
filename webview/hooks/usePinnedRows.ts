import { useState } from "react";

/** The ids of the rows that stay in the document wherever the user scrolls. */
export function usePinnedRows(ofTool: ReadonlyMap<string, unknown>) {
  const [focused, setFocused] = useState<string | null>(null);
  const pinned = new Set(ofTool.keys());
  if (focused !== null) {
    pinned.add(focused);
  }
  return { pinned, onFocus: setFocused };
}
