// @ts-check

/** @typedef {import("../../../src/cli/cliProcess").CliProcess} CliProcess */
/** @typedef {import("../../../src/cli/wire").WireLine} WireLine */

const limitMs = 30_000;

/**
 * @param {CliProcess} cli
 * @param {(line: WireLine) => boolean} isIt
 * @returns {Promise<number>} When the first line came that fits.
 */
export async function first(cli, isIt) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {import("../../../src/base/lifecycle").DisposableLike | undefined} */
  let subscription;
  try {
    return await new Promise((resolve, reject) => {
      /** @param {string} why */
      const fail = (why) => reject(new Error(why));
      subscription = cli.onLine((line) => {
        if (isIt(line)) resolve(performance.now());
      });
      timer = setTimeout(() => fail(`${limitMs} ms passed.`), limitMs);
      void cli.ended.then(({ stderrTail }) =>
        fail(`The CLI ended in the middle of a turn. ${stderrTail}`),
      );
    });
  } finally {
    clearTimeout(timer);
    subscription?.dispose();
  }
}
