// @ts-check
/**
 * What it costs that events are delivered: the hook, the append, the
 * redaction, what the agent waits, and how the relay drains a queue. Each part is a file of delivery/; the
 * method of each is in docs/benchmarks.md.
 */
import { measureAgentWait } from "./delivery/agentWait.mjs";
import { measureAppend } from "./delivery/append.mjs";
import { measureHookTail } from "./delivery/hook.mjs";
import { measureRedact } from "./delivery/redact.mjs";
import { measureRelay } from "./delivery/relay.mjs";

/** @type {((report: import("../../scripts/bench.mjs").Report) => Promise<void>)[]} */
const parts = [
  measureHookTail,
  measureAppend,
  measureRedact,
  measureAgentWait,
  measureRelay,
];

/** @param {import("../../scripts/bench.mjs").Report} report */
export async function run(report) {
  for (const measure of parts) {
    await measure(report);
  }
}
