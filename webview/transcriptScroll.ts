import type { Clock } from "../src/base/clock";
import type { TranscriptItem } from "../src/protocol/conversation";
import { FollowBottom } from "./followBottom";
import type { ScrollAnchor } from "./journal";
import { RowHeights, type RowRange } from "./rowHeights";
import { watchScroll } from "./watchScroll";

/** What is rendered. While the end is followed, the last rows; else the range that begins with `first`. */
export interface ScrollView {
  isFollowing: boolean;
  viewportPx: number;
  first: string | null;
  count: number;
  /** How many items there were when the user left the end. */
  seen: number;
}

export type RowAnchor = Omit<ScrollAnchor, "conversationId">;

export interface TranscriptScrollDeps {
  clock: Clock;
  /** Has what `run` changes rendered before it returns. */
  flush(run: () => void): void;
  /** The user has come to rest: where, null at the end. */
  keep(anchor: RowAnchor | null): void;
}

/** The anchor is kept when the user has stood still for so long. */
const restMs = 200;

/** A plausible window before the real one has been measured. */
const firstViewportPx = 900;

/**
 * Decides which rows of the transcript are in the document, and where it is
 * scrolled to. Rows stand in the document's normal flow between two gaps, so
 * that the browser's scroll anchoring keeps what is seen in its place to the
 * pixel, whatever changes its height above or below.
 */
export class TranscriptScroll {
  readonly heights = new RowHeights();
  readonly #follow = new FollowBottom();
  readonly #deps: TranscriptScrollDeps;
  readonly #rowSizes = new Map<Element, string>();
  readonly #listeners = new Set<() => void>();
  #rest: { dispose(): void } | null = null;
  #viewport: HTMLElement | null = null;
  #observer: ResizeObserver | null = null;
  #settle: (() => void) | null = null;
  #wanted: RowAnchor | null = null;
  #rows: TranscriptItem[] = [];
  #itemCount = 0;
  #rendered: RowRange = { start: 0, end: 0 };
  #view: ScrollView = {
    isFollowing: true,
    viewportPx: firstViewportPx,
    first: null,
    count: 0,
    seen: 0,
  };

  constructor(deps: TranscriptScrollDeps) {
    this.#deps = deps;
  }

  readonly view = (): ScrollView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The range of `rows` that a view shows. */
  range(rows: TranscriptItem[], view: ScrollView): RowRange {
    if (view.isFollowing || view.first === null) {
      return this.heights.tail(rows, view.viewportPx);
    }
    const at = rows.findIndex(({ id }) => id === view.first);
    const start = at < 0 ? Math.max(0, rows.length - view.count) : at;
    return { start, end: Math.min(rows.length, start + view.count) };
  }

  /** Those rows are in the document now, of so many items in all. */
  rendered(rows: TranscriptItem[], range: RowRange, itemCount: number): void {
    const areOthers = rows !== this.#rows;
    this.#rows = rows;
    this.#rendered = range;
    this.#itemCount = itemCount;
    if (this.#wanted) {
      this.#placeWanted();
    }
    if (this.#follow.isFollowing) {
      this.#settle?.();
    } else if (areOthers) {
      this.#update(false);
    }
  }

  /** Begins to listen; the returned ends it. */
  attach(viewport: HTMLElement): () => void {
    this.#viewport = viewport;
    const watch = watchScroll({
      viewport,
      follow: this.#follow,
      onMoved: () => this.#moved(),
      onEnd: () => this.jump(),
    });
    const rowSizes = new ResizeObserver((entries) => {
      for (const { target, borderBoxSize } of entries) {
        const id = this.#rowSizes.get(target);
        const heightPx = borderBoxSize[0]?.blockSize;
        if (id !== undefined && heightPx !== undefined) {
          this.heights.measured(id, heightPx);
        }
      }
      watch.settle();
    });
    this.#observer = rowSizes;
    this.#settle = watch.settle;
    for (const row of this.#rowSizes.keys()) {
      rowSizes.observe(row);
    }
    return () => {
      this.#rest?.dispose();
      watch.stop();
      rowSizes.disconnect();
      this.#observer = null;
      this.#settle = null;
      this.#viewport = null;
    };
  }

  /** A row came into the document; the returned says that it has gone. */
  observe(element: Element, id: string): () => void {
    this.#rowSizes.set(element, id);
    this.#observer?.observe(element);
    return () => {
      this.#rowSizes.delete(element);
      this.#observer?.unobserve(element);
    };
  }

  /** Goes to the end and stays there. */
  jump(): void {
    this.#follow.follow();
    this.#moved();
    this.#viewport?.scrollTo({ top: this.#viewport.scrollHeight });
  }

  /** Brings a row's upper edge to `offsetPx` below the transcript's, a third of its height by default; false when there is no such row. */
  reveal(id: string, offsetPx?: number): boolean {
    const index = this.#rows.findLastIndex((row) => row.id === id);
    const viewport = this.#viewport;
    if (index < 0 || !viewport) {
      return false;
    }
    this.#follow.leave();
    this.#wanted = {
      itemId: id,
      offsetPx: offsetPx ?? viewport.clientHeight / 3,
    };
    this.#show({
      start: Math.max(0, index - revealedBefore),
      end: Math.min(this.#rows.length, index + revealedAfter),
    });
    return true;
  }

  /** The rows are there now around the one that is to be revealed. */
  #placeWanted(): void {
    const wanted = this.#wanted;
    const viewport = this.#viewport;
    for (const [element, id] of this.#rowSizes) {
      if (viewport && id === wanted?.itemId) {
        this.#wanted = null;
        viewport.scrollTop += offsetOf(element, viewport) - wanted.offsetPx;
      }
    }
  }

  /** The first row that is seen, and where; null at the end. */
  #anchor(): RowAnchor | null {
    const viewport = this.#viewport;
    if (this.#follow.isFollowing || !viewport) {
      return null;
    }
    let best: RowAnchor | null = null;
    for (const [element, itemId] of this.#rowSizes) {
      const offsetPx = offsetOf(element, viewport);
      const isSeen = offsetPx + element.clientHeight > 0;
      if (isSeen && (best === null || offsetPx < best.offsetPx)) {
        best = { itemId, offsetPx };
      }
    }
    return best;
  }

  #moved(): void {
    this.#update();
    this.#rest?.dispose();
    this.#rest = this.#deps.clock.schedule(restMs, () =>
      this.#deps.keep(this.#anchor()),
    );
  }

  /** Renders other rows when those in the document do not reach far enough. */
  #update(isUrgent = true): void {
    const viewport = this.#viewport;
    const viewportPx = viewport?.clientHeight ?? this.#view.viewportPx;
    if (this.#follow.isFollowing) {
      const tail = this.heights.tail(this.#rows, viewportPx);
      const isShort = tail.start < this.#rendered.start;
      if (
        !this.#view.isFollowing ||
        isShort ||
        this.#view.viewportPx !== viewportPx
      ) {
        this.#show(tail, viewportPx, isUrgent);
      }
    } else if (viewport) {
      const { scrollTop } = viewport;
      const seen = this.heights.visible(this.#rows, scrollTop, viewportPx);
      if (this.#view.isFollowing || !this.#covers(seen)) {
        this.#show(
          this.heights.around(this.#rows, scrollTop, viewportPx),
          viewportPx,
          isUrgent,
        );
      }
    }
  }

  /** With some rows to spare on both sides, where there are any. */
  #covers({ start, end }: RowRange): boolean {
    const { start: first, end: last } = this.#rendered;
    return (
      first <= Math.max(0, start - spareRows) &&
      last >= Math.min(this.#rows.length, end + spareRows)
    );
  }

  #show(
    range: RowRange,
    viewportPx = this.#view.viewportPx,
    isUrgent = true,
  ): void {
    const { isFollowing } = this.#follow;
    const hasLeft = this.#view.isFollowing && !isFollowing;
    this.#view = {
      isFollowing,
      viewportPx,
      first: this.#rows[range.start]?.id ?? null,
      count: range.end - range.start,
      seen: hasLeft ? this.#itemCount : this.#view.seen,
    };
    const notify = () => this.#listeners.forEach((listener) => listener());
    if (isUrgent) {
      this.#deps.flush(notify);
    } else {
      notify();
    }
  }
}

/** Rendered around a row that is jumped to, until the window is measured. */
const revealedBefore = 12;
const revealedAfter = 24;

/** Other rows are rendered when so few are left beyond what is seen. */
const spareRows = 3;

function offsetOf(row: Element, viewport: Element): number {
  return row.getBoundingClientRect().top - viewport.getBoundingClientRect().top;
}
