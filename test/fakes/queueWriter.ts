/**
 * A process that appends as hooks do: `queueWriter.js COUNT`, its home from
 * FAILPROOFAI_HOME. Prints the install key and each id whose append returned.
 */
import { appendRecord } from "../../src/queue/append";
import { readInstallKey } from "../../src/queue/installKey";
import { queueLimits } from "../../src/queue/limits";
import { queuePaths } from "../../src/queue/queueFolder";
import { someRecord } from "./queueHome";

/** So many events at once may exceed the limit, and this is about who renames what. */
const endless = { ...queueLimits, easyBytes: Infinity, fullBytes: Infinity };
const paths = queuePaths(process.env);
const ids: string[] = [];
for (let left = Number(process.argv[2]); left > 0; left -= 1) {
  const record = someRecord();
  const outcome = appendRecord(paths, record, { limits: endless });
  if (outcome.kind !== "appended") {
    throw new Error(JSON.stringify(outcome));
  }
  ids.push(record.client_event_id);
}
process.stdout.write(`${readInstallKey(paths)}\n${ids.join("\n")}\n`);
