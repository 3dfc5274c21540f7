// @ts-check
// Picks the tests' own lines out of VS Code's log, in which they arrive among hundreds of others.

/** What the reporter inside the extension host puts before each of its lines. */
const marker = "[failproof-test] ";

/**
 * @typedef {object} TestLog
 * @property {(type: string, values: unknown[]) => void} take Prints what is marked and remembers the rest.
 * @property {() => boolean} sawTests Whether anything marked has arrived.
 * @property {() => string} tail The last unmarked lines, for a run that ended before its tests began.
 */

/**
 * @param {(line: string) => void} [print]
 * @returns {TestLog}
 */
export function createTestLog(
  print = (line) => process.stdout.write(`${line}\n`),
) {
  const everything = process.env["FAILPROOF_TEST_VERBOSE"] === "1";
  let sawTests = false;
  /** @type {string[]} */
  const others = [];
  return {
    take(type, values) {
      const line = values.map(shown).join(" ");
      if (line.startsWith(marker)) {
        sawTests = true;
        print(line.slice(marker.length));
        return;
      }
      others.push(`${type}: ${line}`);
      if (others.length > 60) others.shift();
      if (everything) print(`${type}: ${line}`);
    },
    sawTests: () => sawTests,
    tail: () => `VS Code's last lines:\n${others.join("\n")}\n`,
  };
}

/** @param {unknown} value */
const shown = (value) =>
  typeof value === "string" ? value : JSON.stringify(value);
