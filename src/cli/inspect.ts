import { stat } from "node:fs/promises";
import type { Clock } from "../base/clock";
import { ManagedProcess } from "../node/managedProcess";
import {
  type CliLocation,
  compareVersions,
  locateCli,
  type LocateOptions,
} from "./locate";

/** Where the CLI is and whether it can be used; else why not, for a sentence with a way out. */
export type CliCheck =
  | { kind: "found"; path: string; version: string }
  | Exclude<CliLocation, { kind: "found" }>
  | { kind: "tooOld"; path: string; version: string; oldest: string }
  /** It is there and does not say its version: `reason` is what it did instead. */
  | { kind: "unusable"; path: string; reason: string };

/**
 * Stream-json with permissions over stdio, a session id of our choice and the
 * greeting came with it. What came later is found out by what it reports.
 */
export const oldestCliVersion = "2.0.0";

const limitMs = 10_000;
const stopGraceMs = 1_000;

/**
 * Finds the CLI and asks its version. The answer is kept for as long as the
 * file is the same: starting it costs some 50 ms, and updates replace it.
 */
export class CliInspector {
  #kept: { stamp: string; check: Promise<CliCheck> } | undefined;

  constructor(private readonly deps: { clock: Clock }) {}

  async inspect(options: LocateOptions): Promise<CliCheck> {
    const location = await locateCli(options);
    if (location.kind !== "found") {
      return location;
    }
    const { path } = location;
    const { mtimeMs, size } = await stat(path);
    const stamp = `${path} ${mtimeMs} ${size}`;
    if (this.#kept?.stamp !== stamp) {
      const check = this.#ask(path, options.env);
      this.#kept = { stamp, check };
      if ((await check).kind === "unusable") {
        // It may be a passing trouble.
        this.#kept = undefined;
      }
      return check;
    }
    return this.#kept.check;
  }

  async #ask(path: string, env: NodeJS.ProcessEnv): Promise<CliCheck> {
    const { clock } = this.deps;
    let said = "";
    const cli = new ManagedProcess({
      command: path,
      args: ["--version"],
      env,
      onLine: (line) => (said += `${line}\n`),
      onStderr: (text) => (said += text),
    });
    cli.endInput();
    const timer = clock.schedule(
      limitMs,
      () => void cli.stop(clock, stopGraceMs),
    );
    const end = await cli.ended;
    timer.dispose();
    cli.dispose();
    const version = /\b\d+\.\d+\.\d+\S*/.exec(said)?.[0];
    if (version === undefined || end.code !== 0) {
      const words = said.trim().split("\n").at(-1) ?? "";
      const reason = end.error?.message ?? (words || `exit code ${end.code}`);
      return { kind: "unusable", path, reason };
    }
    return compareVersions(version, oldestCliVersion) < 0
      ? { kind: "tooOld", path, version, oldest: oldestCliVersion }
      : { kind: "found", path, version };
  }
}
