import type { FollowBottom, ScrollPosition } from "./followBottom";

export interface WatchedScroll {
  viewport: HTMLElement;
  follow: FollowBottom;
  /** Something has moved, or changed its size, or its mind about following. */
  onMoved: () => void;
  /** The End key: to the end, even while it moves away. */
  onEnd: () => void;
}

/** Tells a FollowBottom what the user does, and moves to the end when it says so. */
export function watchScroll({
  viewport,
  follow,
  onMoved,
  onEnd,
}: WatchedScroll): { settle: () => void; stop: () => void } {
  const end = new AbortController();
  const listenTo: ListenTo = (type, heard) => {
    const listener = (event: Parameters<typeof heard>[0]) => {
      heard(event);
      onMoved();
    };
    viewport.addEventListener(type, listener, {
      passive: true,
      signal: end.signal,
    });
  };
  const movedUp = (isUp: boolean) => {
    if (isUp) {
      follow.movedUp(positionOf(viewport));
    }
  };
  const settle = () => {
    if (follow.resized(positionOf(viewport))) {
      viewport.scrollTop = viewport.scrollHeight;
    }
    onMoved();
  };
  listenTo("scroll", () => follow.scrolled(positionOf(viewport)));
  listenTo("wheel", (event) => movedUp(event.deltaY < 0));
  listenTo("keydown", (event) => {
    movedUp(upwardKeys.has(event.key));
    if (event.key === "End" && event.target === viewport) {
      onEnd();
    }
  });
  listenToTouch(listenTo, movedUp);
  listenTo("click", (event) => {
    if (event.target instanceof Element && event.target.closest("summary")) {
      follow.toggled();
      // Where there is room to spare, what unfolds changes no size that is observed.
      requestAnimationFrame(settle);
    }
  });
  const sizes = new ResizeObserver(settle);
  sizes.observe(viewport);
  return {
    settle,
    stop() {
      end.abort();
      sizes.disconnect();
    },
  };
}

type ListenTo = <K extends keyof HTMLElementEventMap>(
  type: K,
  heard: (event: HTMLElementEventMap[K]) => void,
) => void;

/** A finger that goes down pulls what is above into sight. */
function listenToTouch(
  listenTo: ListenTo,
  movedUp: (isUp: boolean) => void,
): void {
  let touchY = 0;
  listenTo("touchstart", (event) => {
    touchY = event.touches[0]?.clientY ?? 0;
  });
  listenTo("touchmove", (event) => {
    movedUp((event.touches[0]?.clientY ?? 0) > touchY);
  });
}

const upwardKeys = new Set(["ArrowUp", "PageUp", "Home"]);

function positionOf(viewport: HTMLElement): ScrollPosition {
  return {
    top: viewport.scrollTop,
    contentHeight: viewport.scrollHeight,
    viewportHeight: viewport.clientHeight,
  };
}
