import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { request } from "../auth/http";
import { type Clock, sleep } from "../base/clock";
import { AppError } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { isSameSecret, randomToken } from "../cloud/auth/secrets";
import { addressFile, identityProof, readIdentity } from "../cloud/identity";
import { ManagedProcess } from "../node/managedProcess";
import { validate, validateJson } from "../protocol/validate";
import type { Program } from "./editorNode";

const loopbackUrl = v.pipe(
  v.string(),
  v.regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/),
);
const startedSchema = v.object({ url: loopbackUrl });
const failedSchema = v.object({ error: v.string() });
const healthSchema = v.object({
  name: v.literal("failproof-local"),
  proof: v.string(),
});
const stopGraceMs = 1_000;
const healthTimeoutMs = 2_000;
/** For the whole search; a server that starts takes half a second. */
const ensureTimeoutMs = 15_000;
/** Between two looks for another window's server that is starting; doubled each time. */
const firstPauseMs = 100;
const longestPauseMs = 2_000;

export interface LocalServerDeps {
  /** dist/cloud.js */
  program: Program;
  /** Where its data lives; the same for every window. */
  dataFolder: string;
  clock: Clock;
  fetch: typeof fetch;
  log: Logger;
}

/** `taken`: the port is somebody else's; `running`: another window's server has the folder. */
type StartResult =
  { kind: "started"; url: string } | { kind: "taken" | "running" | "failed" };

/**
 * The embedded server, a child of the window that needed it first. The other
 * windows find it by the address that it left beside its data, and start it
 * again, on the same port, when that window has gone. Who answers at that
 * address is believed once it has proven that it has the folder's key, and
 * one server at most works on a folder: it sees to that itself.
 */
export class LocalServer extends Disposable {
  readonly #stopped = new AbortController();
  #process: ManagedProcess | undefined;
  #ensuring: Promise<string> | undefined;

  constructor(private readonly deps: LocalServerDeps) {
    super();
    this.register({ dispose: () => this.#process?.dispose() });
    this.register({ dispose: () => this.#stopped.abort() });
  }

  /** Its address, once it answers. Throws AppError `local-server-failed`. */
  ensure(): Promise<string> {
    this.#ensuring ??= this.#ensure().finally(() => {
      this.#ensuring = undefined;
    });
    return this.#ensuring;
  }

  /** For good: what is being started ends as well. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#process?.stop(this.deps.clock, stopGraceMs);
  }

  async #ensure(): Promise<string> {
    const { clock } = this.deps;
    const endMs = clock.now() + ensureTimeoutMs;
    let pauseMs = firstPauseMs;
    while (!this.#stopped.signal.aborted && clock.now() < endMs) {
      const known = await this.#lastAddress();
      if (known !== undefined && (await this.#isOurs(known))) {
        return known;
      }
      const result = await this.#startAt(known);
      if (result.kind === "started") {
        return result.url;
      }
      if (result.kind !== "running") {
        break;
      }
      await sleep(clock, pauseMs, this.#stopped.signal);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    throw new AppError("local-server-failed", "It did not start");
  }

  async #lastAddress(): Promise<string | undefined> {
    const file = addressFile(this.deps.dataFolder);
    const text = await readFile(file, "utf8").catch(() => "");
    return validateJson(startedSchema, text)?.url;
  }

  /** Whether this folder's server answers there. Anybody can listen on a port; the key is for the folder's owner. */
  async #isOurs(address: string): Promise<boolean> {
    const key = await readIdentity(this.deps.dataFolder);
    if (key === undefined) {
      return false;
    }
    const challenge = randomToken(randomBytes);
    const answer = await request(this.deps, {
      method: "GET",
      url: `${address}/health?challenge=${challenge}`,
      timeoutMs: healthTimeoutMs,
    });
    if (answer.kind !== "json") {
      return false;
    }
    const expected = identityProof(key, portOf(address), challenge);
    const proof = validate(healthSchema, answer.body)?.proof ?? "";
    if (!isSameSecret(proof, expected)) {
      this.deps.log.warn(`What answers at ${address} is not our local server.`);
      return false;
    }
    return true;
  }

  /** On the port of the last address if it is free: forwarded ports and open pages go on working. */
  async #startAt(known: string | undefined): Promise<StartResult> {
    const port = known === undefined ? 0 : portOf(known);
    const result = await this.#start(port);
    return result.kind === "taken" ? this.#start(0) : result;
  }

  #start(port: number): Promise<StartResult> {
    this.#process?.dispose();
    if (this.#stopped.signal.aborted) {
      return Promise.resolve({ kind: "failed" });
    }
    const { program, dataFolder, clock, log } = this.deps;
    return new Promise((resolve) => {
      const child = new ManagedProcess({
        ...program,
        args: [
          ...program.args,
          ...["--data", dataFolder],
          ...["--port", String(port)],
          "--exit-with-stdin",
        ],
        onLine: (line) => {
          timeout.dispose();
          log.info(`Local server: ${line}`);
          resolve(resultOf(line));
        },
        onStderr: (text) => log.trace(`Local server: ${text.trimEnd()}`),
      });
      this.#process = child;
      const timeout = clock.schedule(ensureTimeoutMs, () => child.dispose());
      void child.ended.then((end) => {
        timeout.dispose();
        log.info(`Local server ended: ${end.code ?? end.signal}`);
        resolve({ kind: "failed" });
      });
    });
  }
}

function portOf(address: string): number {
  return Number(new URL(address).port || 80);
}

/** What the server's first and only line says. */
function resultOf(line: string): StartResult {
  const started = validateJson(startedSchema, line);
  if (started) {
    return { kind: "started", url: started.url };
  }
  switch (validateJson(failedSchema, line)?.error) {
    case "data-in-use":
      return { kind: "running" };
    case "port-in-use":
      return { kind: "taken" };
    default:
      return { kind: "failed" };
  }
}
