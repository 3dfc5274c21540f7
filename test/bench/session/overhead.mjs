// @ts-check
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "../../../scripts/lib/bootstrap.mjs";
import { percentile } from "../lib/statistics.mjs";
import { openConversations } from "./conversations.mjs";

/** @typedef {import("../../../src/session/session").Session} Session */

const prompts = 300;
const warmUp = 20;
const pauseMs = 5;

/**
 * What the extension adds: from the call with a prompt to its bytes on the
 * process's stdin, and from the answer's line on its stdout to the event. The
 * process is a program that answers at once and tells what it took itself,
 * which is taken off; the way through both pipes counts as ours.
 * @param {import("../../../scripts/bench.mjs").Report} report
 */
export async function measureOverhead(report) {
  console.error(`Our own share of an answer, ${prompts} times…`);
  const folder = mkdtempSync(path.join(tmpdir(), "overhead-"));
  const program = path.join(folder, "claude");
  const echo = `${root}test/bench/session/echoCli.mjs`;
  const shim = `#!/bin/sh\nexec "${process.execPath}" "${echo}" "$@"\n`;
  writeFileSync(program, shim, { mode: 0o755 });
  const cli = { path: program, cwd: folder, env: process.env };
  const conversations = await openConversations(cli);
  try {
    const session = conversations.create();
    for (let count = 0; count < warmUp; count++) await overheadMs(session);
    const values = [];
    for (let count = 0; count < prompts; count++)
      values.push(await overheadMs(session));
    const value = percentile(values, 95);
    report({ metric: "overhead_p95_ms", value, unit: "ms", n: prompts });
  } finally {
    await conversations.close();
  }
}

/** @param {Session} session */
async function overheadMs(session) {
  await delay(pauseMs);
  const sentMs = performance.now();
  /** @type {number} */
  const wholeMs = await new Promise((resolve) => {
    let deltaMs = NaN;
    const subscription = session.onDidEvent((event) => {
      if (event.type === "delta")
        deltaMs = performance.now() - sentMs - Number(event.text);
      if (event.type === "activity" && event.activity === "idle") {
        subscription.dispose();
        resolve(deltaMs);
      }
    });
    session.send(randomUUID(), "Hello");
  });
  return wholeMs;
}
