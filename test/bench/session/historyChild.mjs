// @ts-check
/** One measurement in a process of its own: `node --expose-gc historyChild.mjs BUNDLE TASK PLACE…`. */
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

const [bundle = "", task = "", place = "", work = ""] = process.argv.slice(2);
/** @type {import("./historyBundle.mjs").History} */
const history = createRequire(import.meta.url)(bundle);
const { nullLogger: log, systemClock: clock } = history;

/** @type {Record<string, () => Promise<unknown>>} */
const tasks = {
  async list() {
    const index = new history.HistoryIndex({
      clock,
      log,
      projectsFolder: place,
    });
    await index.setFolders([work]);
    if (index.entries.length !== 1000)
      throw new Error(`${index.entries.length} are listed.`);
    return index;
  },
  open: () =>
    history.openTranscript({
      clock,
      log,
      path: place,
      translate: (lines) => [...lines],
    }),
  async listWhole() {
    const titles = [];
    for (const file of readdirSync(place, { recursive: true }))
      if (String(file).endsWith(".jsonl"))
        titles.push(titleOf(await linesOf(path.join(place, String(file)))));
    return titles;
  },
  openWhole: () => linesOf(place),
};

const run = tasks[task];
if (!run) throw new Error(`No such task: ${task}`);
const before = kept();
const rssBefore = process.memoryUsage.rss();
const startedMs = performance.now();
const result = await run();
const ms = performance.now() - startedMs;
const peakMb = process.resourceUsage().maxRSS / 1024 - rssBefore / 2 ** 20;
const keptMb = kept() - before;
process.stdout.write(JSON.stringify({ ms, keptMb, peakMb }));
// What was measured is alive until here.
process.exit(result === undefined ? 1 : 0);

/** What the process keeps, in MB, after what it does not need is gone. */
function kept() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

/** @param {string} file */
async function linesOf(file) {
  const text = await readFile(file, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** @param {any[]} lines */
function titleOf(lines) {
  const named = lines.findLast(({ type }) => type === "custom-title");
  const prompt = lines.find(({ type }) => type === "user");
  return named?.customTitle ?? prompt?.message.content[0].text;
}
