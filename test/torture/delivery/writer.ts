/**
 * A process that appends as hooks do, at a rate that whole processes cannot
 * reach: `writer.js TAG SEED LIMITS`, its home from FAILPROOFAI_HOME. Says
 * `+ID` before each append and its outcome after it: `=ID` appended, `-ID`
 * dropped, `!ID` failed, `?ID` signed out. Some events are poison that no
 * server takes (`*ID` before the append).
 */
import { randomUUID } from "node:crypto";
import { writeSync } from "node:fs";
import * as v from "valibot";
import { systemClock } from "../../../src/node/systemClock";
import { validateJson } from "../../../src/protocol/validate";
import { appendRecord } from "../../../src/queue/append";
import { type QueueLimits, queueLimits } from "../../../src/queue/limits";
import { queuePaths } from "../../../src/queue/queueFolder";
import { makeRecord } from "../../../src/queue/record";
import { Random } from "../random";

const paths = queuePaths(process.env);
const [tag = "", seed = "", limitsText = ""] = process.argv.slice(2);
const random = new Random(Number(seed));
const number = v.number();
const limits: QueueLimits =
  validateJson(
    v.object({
      segmentBytes: number,
      pendingBytes: number,
      easyBytes: number,
      fullBytes: number,
      stepsAtOnce: number,
    }),
    limitsText,
  ) ?? queueLimits;
const signs = { appended: "=", dropped: "-", failed: "!", signedOut: "?" };
let sequence = 0;

function appendOne(): void {
  const record = makeRecord(
    {
      hookEventName: "PreToolUse",
      toolName: "Bash",
      decision: random.pick(["allow", "deny", "ask", undefined]),
      reason: `${sequence}`,
      sessionId: tag,
      source: "hook",
    },
    { now: Date.now(), newId: randomUUID, installKey: undefined },
  );
  sequence += 1;
  const id = record.client_event_id;
  const isPoison = random.integer(250) === 0;
  writeSync(1, `${isPoison ? "*" : "+"}${id}\n`);
  const { kind } = appendRecord(
    paths,
    // Larger than any integer that the server can store.
    isPoison ? { ...record, timestamp: 1e300 } : record,
    { limits },
  );
  writeSync(1, `${signs[kind]}${id}\n`);
}

function burst(): void {
  for (let left = 1 + random.integer(6); left > 0; left -= 1) {
    appendOne();
  }
  systemClock.schedule(random.integer(25), burst);
}

burst();
