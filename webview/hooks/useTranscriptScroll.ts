import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { flushSync } from "react-dom";
import type { TranscriptItem } from "../../src/protocol/conversation";
import { useChat } from "../chat";
import { type RowPart, rowParts } from "../rowParts";
import { TranscriptScroll } from "../transcriptScroll";

export interface ShownRows {
  scroll: TranscriptScroll;
  viewport: { current: HTMLDivElement | null };
  parts: RowPart[];
  isFollowing: boolean;
  /** How many items have come since the user left the end. */
  newCount: number;
}

/** The rows that are in the document, which changes as the user scrolls. */
export function useTranscriptScroll(
  conversationId: string,
  rows: TranscriptItem[],
  pinned: ReadonlySet<string>,
  itemCount: number,
): ShownRows {
  const { journal, clock } = useChat();
  const viewport = useRef<HTMLDivElement>(null);
  const [scroll] = useState(
    () =>
      new TranscriptScroll({
        clock,
        flush: flushSync,
        keep: (anchor) =>
          journal.setAnchor(anchor && { ...anchor, conversationId }),
      }),
  );
  const view = useSyncExternalStore(scroll.subscribe, scroll.view, scroll.view);
  const range = scroll.range(rows, view);
  useLayoutEffect(() => scroll.rendered(rows, range, itemCount));
  useEffect(() => {
    if (!viewport.current) {
      return;
    }
    const detach = scroll.attach(viewport.current);
    const { anchor } = journal.state();
    if (anchor?.conversationId === conversationId) {
      scroll.reveal(anchor.itemId, anchor.offsetPx);
    }
    return () => {
      detach();
    };
  }, [scroll, journal, conversationId]);
  return {
    scroll,
    viewport,
    parts: rowParts(rows, range, pinned, scroll.heights),
    isFollowing: view.isFollowing,
    newCount: view.isFollowing ? 0 : Math.max(0, itemCount - view.seen),
  };
}
