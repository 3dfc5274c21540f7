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

function numbersOf(build: string): number[] {
  return build.split(".").map(Number);
}
