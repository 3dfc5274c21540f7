import assert from "node:assert/strict";
import { FollowBottom } from "../../../webview/followBottom";

const at = (top: number, contentHeight = 1000, viewportHeight = 400) => ({
  top,
  contentHeight,
  viewportHeight,
});
const end = at(600);

describe("FollowBottom", () => {
  let follow: FollowBottom;
  beforeEach(() => {
    follow = new FollowBottom();
    follow.resized(end);
    follow.scrolled(end);
  });

  it("follows while the content grows", () => {
    assert.equal(follow.resized(at(600, 1200)), true);
  });

  it("lets go at once on any movement upwards, before anything has scrolled", () => {
    follow.movedUp(end);
    assert.equal(follow.isFollowing, false);
    assert.equal(follow.resized(at(600, 1200)), false);
  });

  it("lets go when the scrollbar is dragged upwards by one pixel", () => {
    follow.scrolled(at(599));
    assert.equal(follow.isFollowing, false);
  });

  it("does not let go where nothing can scroll", () => {
    follow.movedUp(at(0, 300));
    assert.equal(follow.isFollowing, true);
  });

  it("does not take the browser's own correction for the user's", () => {
    follow.scrolled(at(500, 900));
    assert.equal(follow.isFollowing, true);
  });

  it("takes hold again only at the very end", () => {
    follow.scrolled(at(100));
    follow.scrolled(at(590));
    assert.equal(follow.isFollowing, false);
    follow.scrolled(end);
    assert.equal(follow.isFollowing, true);
  });

  it("stays where the user is while the content grows, however near the end", () => {
    follow.scrolled(at(599));
    assert.equal(follow.resized(at(599, 1010)), false);
    follow.scrolled(at(599, 1010));
    assert.equal(follow.isFollowing, false);
  });

  it("keeps what is folded open in sight instead of the end", () => {
    follow.toggled();
    assert.equal(follow.resized(at(600, 1300)), false);
  });

  it("goes on following when the end is still in sight after folding", () => {
    follow.toggled();
    assert.equal(follow.resized(end), true);
  });

  it("follows again when what was opened is shut, or something beside it gives room", () => {
    follow.toggled();
    follow.resized(at(600, 1300));
    follow.toggled();
    assert.equal(follow.resized(at(600, 1000, 360)), false);
    assert.equal(follow.resized(end), true);
  });

  it("follows again when asked to", () => {
    follow.scrolled(at(100));
    follow.follow();
    assert.equal(follow.resized(at(100, 1200)), true);
  });
});
