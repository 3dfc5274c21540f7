import {
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from "react";
import { FollowBottom, type ScrollPosition } from "../followBottom";

export interface FollowedScroll {
  viewport: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isFollowing: boolean;
  /** Goes to the end and stays there. */
  jump: () => void;
}

/**
 * Keeps a scrolling viewport at its end for as long as the user does not scroll
 * away. Another conversation begins at its end.
 */
export function useFollowBottom(conversationId: string): FollowedScroll {
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [follow] = useState(() => new FollowBottom());
  const [isFollowing, setIsFollowing] = useState(true);

  const jump = useCallback(() => {
    follow.follow();
    setIsFollowing(true);
    viewport.current?.scrollTo({ top: viewport.current.scrollHeight });
  }, [follow]);

  useEffect(() => {
    if (!viewport.current || !content.current) {
      return;
    }
    const unwatch = watchScroll(viewport.current, content.current, follow, () =>
      setIsFollowing(follow.isFollowing),
    );
    return () => {
      unwatch();
      follow.follow();
      setIsFollowing(true);
    };
  }, [follow, conversationId]);

  return { viewport, content, isFollowing, jump };
}

const upwardKeys = new Set(["ArrowUp", "PageUp", "Home"]);

function watchScroll(
  viewport: HTMLElement,
  content: HTMLElement,
  follow: FollowBottom,
  onChange: () => void,
): () => void {
  const end = new AbortController();
  const listenTo = <K extends keyof HTMLElementEventMap>(
    type: K,
    heard: (event: HTMLElementEventMap[K]) => void,
  ) => {
    const listener = (event: HTMLElementEventMap[K]) => {
      heard(event);
      onChange();
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
  let touchY = 0;
  listenTo("scroll", () => follow.scrolled(positionOf(viewport)));
  listenTo("wheel", (event) => movedUp(event.deltaY < 0));
  listenTo("keydown", (event) => movedUp(upwardKeys.has(event.key)));
  listenTo("touchstart", (event) => {
    touchY = event.touches[0]?.clientY ?? 0;
  });
  listenTo("touchmove", (event) => {
    movedUp((event.touches[0]?.clientY ?? 0) > touchY);
  });
  const settle = () => {
    if (follow.resized(positionOf(viewport))) {
      viewport.scrollTop = viewport.scrollHeight;
    }
    onChange();
  };
  listenTo("click", (event) => {
    if (event.target instanceof Element && event.target.closest("summary")) {
      follow.toggled();
      // Where there is room to spare, what unfolds changes no size that is observed.
      requestAnimationFrame(settle);
    }
  });
  const sizes = new ResizeObserver(settle);
  sizes.observe(viewport);
  sizes.observe(content);
  return () => {
    end.abort();
    sizes.disconnect();
  };
}

function positionOf(viewport: HTMLElement): ScrollPosition {
  return {
    top: viewport.scrollTop,
    contentHeight: viewport.scrollHeight,
    viewportHeight: viewport.clientHeight,
  };
}
