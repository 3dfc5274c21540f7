const pollMs = 5;

/**
 * Resolves with the first value that is neither undefined nor false, and
 * rejects with a sentence when none comes. For what real processes, sockets
 * and files do in a time of their own.
 */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  limitMs = 10_000,
): Promise<T> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) {
      return found;
    }
    if (Date.now() > endMs) {
      throw new Error(`Did not happen within ${limitMs} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
