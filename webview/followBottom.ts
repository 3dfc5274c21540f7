/** How the transcript stands in its viewport, in pixels. */
export interface ScrollPosition {
  top: number;
  contentHeight: number;
  viewportHeight: number;
}

/** Fractions of a pixel come with zoomed windows. */
const tolerancePx = 2;

/**
 * Decides whether the transcript follows its end. It lets go on any upward
 * movement of the user's, at once and however small, and takes hold again only
 * when the user comes back to the very end. What grows or shrinks by itself
 * changes nothing.
 */
export class FollowBottom {
  #isFollowing = true;
  #hasToggled = false;
  #last: ScrollPosition = { top: 0, contentHeight: 0, viewportHeight: 0 };

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** The user asks for the end: the pill, or a prompt was sent. */
  follow(): void {
    this.#isFollowing = true;
  }

  /** Something that is not at the end is shown to the user. */
  leave(): void {
    this.#isFollowing = false;
  }

  /**
   * The user folds something open or shut: what he looks at stays where it is,
   * unless the end is still in sight afterwards.
   */
  toggled(): void {
    this.#isFollowing = false;
    this.#hasToggled = true;
  }

  /** The content or the viewport changed its size; true asks to go to the end. */
  resized(now: ScrollPosition): boolean {
    const cameToEnd = hasShrunk(this.#last, now) || this.#hasToggled;
    if (cameToEnd && isAtEnd(now)) {
      this.#isFollowing = true;
    }
    this.#hasToggled = false;
    this.#last = now;
    return this.#isFollowing;
  }

  /** A wheel, a key or a finger went upwards; meaningless where nothing can scroll. */
  movedUp({ contentHeight, viewportHeight }: ScrollPosition): void {
    if (contentHeight > viewportHeight + tolerancePx) {
      this.#isFollowing = false;
    }
  }

  /** The viewport reports where it stands; a drag of the scrollbar shows only here. */
  scrolled(now: ScrollPosition): void {
    const last = this.#last;
    this.#last = now;
    if (now.top < last.top && !hasShrunk(last, now)) {
      this.#isFollowing = false;
    } else if (now.top > last.top && isAtEnd(now)) {
      this.#isFollowing = true;
    }
  }
}

/** Less content, or more room for it: the browser may have to move it by itself. */
function hasShrunk(last: ScrollPosition, now: ScrollPosition): boolean {
  return (
    now.contentHeight < last.contentHeight ||
    now.viewportHeight > last.viewportHeight
  );
}

function isAtEnd({ top, contentHeight, viewportHeight }: ScrollPosition) {
  return contentHeight - viewportHeight - top <= tolerancePx;
}
