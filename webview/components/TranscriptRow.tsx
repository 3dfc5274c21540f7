import { useCallback, type CSSProperties, type ReactNode } from "react";
import type { TranscriptScroll } from "../transcriptScroll";

/** How deep a row of a subagent is set in. */
interface RowStyle extends CSSProperties {
  "--depth": number;
}

/** One row of the transcript, whose height is watched. */
export function TranscriptRow({
  id,
  depth,
  scroll,
  children,
}: {
  id: string;
  depth: number;
  scroll: TranscriptScroll;
  children: ReactNode;
}) {
  const observe = useCallback(
    (element: HTMLDivElement | null) =>
      element ? scroll.observe(element, id) : undefined,
    [scroll, id],
  );
  const style: RowStyle = { "--depth": depth };
  return (
    <div
      ref={observe}
      className={depth > 0 ? "row nested" : "row"}
      data-row={id}
      style={depth > 0 ? style : undefined}
    >
      {children}
    </div>
  );
}
