import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "../../fakes/bundle";
import { Random } from "../random";
import { Cloud } from "./cloud";
import { TcpProxy } from "./proxy";
import { Round, type RoundResult, type Tools } from "./round";

export interface TortureOptions {
  points: number;
  seed: number;
  /** A Node that has node:sqlite. */
  node: string;
  /** Told of each fault, and of each round's end. */
  log?: (sentence: string) => void;
}

export interface TortureResult extends RoundResult {
  points: number;
  /** Fault → how often. */
  faults: ReadonlyMap<string, number>;
}

/** A queue's life has so many faults before everything must have arrived. */
const pointsInRound = 100;

/**
 * Tortures the delivery of events: real hooks, the real relay and the real
 * server (dist/ must be built), with so many faults. Everything runs in a
 * temporary folder, on loopback.
 */
export async function tortureDelivery(
  options: TortureOptions,
): Promise<TortureResult> {
  const folder = mkdtempSync(join(tmpdir(), "failproof-torture-"));
  const tools = await prepareTools(options.node, folder);
  const dataFolder = join(folder, "cloud");
  const script = join(folder, "cloud.js");
  copyFileSync("dist/cloud.js", script);
  const cloud = new Cloud({ node: options.node, script, dataFolder });
  const proxy = await TcpProxy.start();
  const faults = new Map<string, number>();
  const total: RoundResult = {
    ...{ enqueued: 0, delivered: 0, duplicated: 0, dropped_counted: 0 },
    ...{ quarantined: 0, lost: 0, harmed: 0, complaints: [] },
  };
  try {
    await cloud.start();
    proxy.targetPort = cloud.port;
    const accessToken = await cloud.signIn();
    const rounds = Math.ceil(options.points / pointsInRound);
    for (let round = 0; round < rounds; round += 1) {
      const seed = options.seed + round;
      const tag = `t${seed}x${round}`;
      const one = new Round({
        ...{ tools, cloud, proxy, accessToken, tag },
        random: new Random(seed),
        folder: join(folder, `round-${round}`),
        isTight: round % 3 === 2,
        database: join(dataFolder, "failproof.sqlite"),
      });
      const left = options.points - round * pointsInRound;
      const result = await one.run(Math.min(left, pointsInRound), (name) =>
        faults.set(name, (faults.get(name) ?? 0) + 1),
      );
      add(total, result, `round ${round}, seed ${seed}`);
      const { complaints, ...figures } = result;
      options.log?.(
        `round ${round + 1} of ${rounds}, seed ${seed}: ${JSON.stringify(figures)} ${complaints.slice(0, 5).join("; ")}`,
      );
    }
  } finally {
    await cloud.kill();
    await proxy.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return { ...total, points: options.points, faults };
}

function add(total: RoundResult, one: RoundResult, where: string): void {
  total.enqueued += one.enqueued;
  total.delivered += one.delivered;
  total.duplicated += one.duplicated;
  total.dropped_counted += one.dropped_counted;
  total.quarantined += one.quarantined;
  total.lost += one.lost;
  total.harmed += one.harmed;
  total.complaints.push(...one.complaints.map((text) => `${where}: ${text}`));
}

/** Copies of our own, so that the processes can be told from all others by their paths. */
async function prepareTools(node: string, folder: string): Promise<Tools> {
  const scripts = join(folder, "scripts");
  mkdirSync(scripts);
  for (const name of ["hook.js", "relay.js"]) {
    copyFileSync(join("dist", name), join(scripts, name));
  }
  const entry = (name: string) => `test/torture/delivery/${name}.ts`;
  return {
    node,
    hookScript: join(scripts, "hook.js"),
    relayScript: join(scripts, "relay.js"),
    writerScript: await bundle(entry("writer"), scripts, "writer"),
    hostScript: await bundle(entry("host"), scripts, "host"),
  };
}
