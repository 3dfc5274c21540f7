import type { Clock } from "../base/clock";

const pattern = /^\d{1,9}(?:\.\d{1,9}){0,3}$/;

/**
 * Whether build `a` is strictly newer than `b`. Builds are the extension's
 * version, such as "1.12.0" (the marketplace knows no other form). One that is
 * no version is newer than none, so that it can never take a relay's place.
 */
export function isNewerBuild(a: string, b: string): boolean {
  if (!pattern.test(a) || !pattern.test(b)) {
    return false;
  }
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let index = 0; index < left.length || index < right.length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) {
      return difference > 0;
    }
  }
  return false;
}

/** The least between two replacements of a relay by one window. */
const replaceMs = 60_000;

/** Whether a window is to ask the relay that it finds to hand over to its own build's. */
export class Replacement {
  #notBefore = 0;

  constructor(private readonly deps: { build: string; clock: Clock }) {}

  /** If the relay is older; but not again and again, should the new one turn out to be as old. */
  isDue(relayBuild: string): boolean {
    const { build, clock } = this.deps;
    const now = clock.now();
    const isDue = isNewerBuild(build, relayBuild) && now >= this.#notBefore;
    if (isDue) {
      this.#notBefore = now + replaceMs;
    }
    return isDue;
  }
}

function numbersOf(build: string): number[] {
  return build.split(".").map(Number);
}
