import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { readDropped } from "../../../src/queue/dropped";
import { listQueue } from "../../../src/queue/queueFiles";
import { pendingBytes } from "../../../src/queue/rotate";
import { sumOf } from "../../../src/queue/stats";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { QueueHome } from "../../fakes/queueHome";
import { Cloud } from "../delivery/cloud";
import { WindowHost } from "../delivery/windowHost";

export interface RaceOptions {
  writers: number;
  /** Of each writer. */
  appends: number;
  runs: number;
  /** A Node that has node:sqlite. */
  node: string;
  log?: (sentence: string) => void;
}

export interface RaceResult {
  enqueued: number;
  lost: number;
  /** Rows beyond one for each event; the server's key forbids them. */
  doubled: number;
  /** Ids that nobody wrote. */
  invented: number;
  /** Counted by the queue as given up; each excuses a lost one. */
  dropped: number;
}

const run = promisify(execFile);

/**
 * Writers in processes of their own against the real relay, which takes their
 * file away all the time, and the real server (dist/ must be built).
 */
export async function race(options: RaceOptions): Promise<RaceResult> {
  const folder = mkdtempSync(join(tmpdir(), "failproof-race-"));
  const relayScript = join(folder, "relay.js");
  copyFileSync("dist/relay.js", relayScript);
  const tools = {
    ...{ node: options.node, relayScript },
    writer: await bundle("test/fakes/queueWriter.ts", folder, "writer"),
    hostScript: await bundle("test/torture/delivery/host.ts", folder, "host"),
  };
  const dataFolder = join(folder, "cloud");
  const cloud = new Cloud({
    ...{ node: options.node, script: "dist/cloud.js", dataFolder },
  });
  const database = join(dataFolder, "failproof.sqlite");
  const total: RaceResult = {
    ...{ enqueued: 0, lost: 0, doubled: 0, invented: 0, dropped: 0 },
  };
  try {
    await cloud.start();
    const credential = {
      serverUrl: cloud.url,
      accessToken: await cloud.signIn(),
    };
    const seen = new Set<string>();
    for (let round = 1; round <= options.runs; round += 1) {
      const home = new QueueHome();
      const host = new WindowHost({ ...tools, env: home.env, credential });
      host.start();
      try {
        const ids = await writeAll(options, tools.writer, home);
        await drained(home);
        const result = compare(ids, storedIds(database), seen);
        total.enqueued += ids.length;
        total.lost += result.lost;
        total.doubled += result.doubled;
        total.invented += result.invented;
        const dropped = sumOf(await readDropped(home.paths));
        total.dropped += dropped;
        const line = { round, enqueued: ids.length, ...result, dropped };
        options.log?.(JSON.stringify(line));
      } finally {
        await host.end();
        home.remove();
      }
    }
  } finally {
    await cloud.kill();
    rmSync(folder, { recursive: true, force: true });
  }
  return total;
}

async function writeAll(
  { writers, appends }: RaceOptions,
  script: string,
  home: QueueHome,
): Promise<string[]> {
  const outputs = await Promise.all(
    Array.from({ length: writers }, () =>
      run(process.execPath, [script, String(appends)], {
        ...{ env: home.env, maxBuffer: 1 << 26 },
      }),
    ),
  );
  // The first line is the install key.
  return outputs.flatMap(({ stdout }) => stdout.trim().split("\n").slice(1));
}

function drained(home: QueueHome): Promise<boolean> {
  return eventually(
    () => {
      const { claims, segments } = listQueue(home.paths);
      const left = claims.length + segments.length + pendingBytes(home.paths);
      return left === 0;
    },
    "the queue is emptied",
    300_000,
  );
}

function storedIds(database: string): string[] {
  const connection = new DatabaseSync(database, { readOnly: true });
  try {
    return connection
      .prepare("SELECT client_event_id AS id FROM events")
      .all()
      .map(({ id }) => String(id));
  } finally {
    connection.close();
  }
}

/** Of what is stored, the rounds before are passed over; `seen` grows by this one. */
function compare(ids: string[], stored: string[], seen: Set<string>) {
  const fresh = stored.filter((id) => !seen.has(id));
  const distinct = new Set(fresh);
  const written = new Set(ids);
  distinct.forEach((id) => seen.add(id));
  return {
    lost: ids.filter((id) => !distinct.has(id)).length,
    doubled: fresh.length - distinct.size,
    invented: [...distinct].filter((id) => !written.has(id)).length,
  };
}
