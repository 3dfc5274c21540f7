import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { Clock } from "../base/clock";
import { AppError } from "../base/errors";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { ManagedProcess } from "../node/managedProcess";
import { writePrivateFile } from "../node/privateFiles";
import { request } from "../auth/http";
import type { Program } from "./editorNode";
import { validate, validateJson } from "../protocol/validate";

const startedSchema = v.object({ url: v.string() });
const healthSchema = v.object({ name: v.literal("failproof-local") });
const stopGraceMs = 1_000;
const startTimeoutMs = 15_000;

export interface LocalServerDeps {
  /** dist/cloud.js */
  program: Program;
  /** Where its data lives; the same for every window. */
  dataFolder: string;
  clock: Clock;
  fetch: typeof fetch;
  log: Logger;
}

/**
 * The embedded server, a child of the window that needed it first. The other
 * windows find it by the address it left beside its data, and start it again,
 * on the same port, when that window has gone.
 */
export class LocalServer extends Disposable {
  #process: ManagedProcess | undefined;
  #ensuring: Promise<string> | undefined;
  #isStopped = false;

  constructor(private readonly deps: LocalServerDeps) {
    super();
    this.register({ dispose: () => this.#process?.dispose() });
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
    this.#isStopped = true;
    await this.#process?.stop(this.deps.clock, stopGraceMs);
  }

  get #addressFile(): string {
    return join(this.deps.dataFolder, "address.json");
  }

  async #ensure(): Promise<string> {
    const known = await this.#lastAddress();
    if (known !== undefined && (await this.#answers(known))) {
      return known;
    }
    const port = known === undefined ? undefined : new URL(known).port;
    const url =
      (port === undefined ? undefined : await this.#start(port)) ??
      (await this.#start("0"));
    if (url === undefined) {
      throw new AppError("local-server-failed", "It did not start");
    }
    await writePrivateFile(this.#addressFile, JSON.stringify({ url }));
    return url;
  }

  async #lastAddress(): Promise<string | undefined> {
    const text = await readFile(this.#addressFile, "utf8").catch(() => "");
    return validateJson(startedSchema, text)?.url;
  }

  async #answers(url: string): Promise<boolean> {
    const health = await request(this.deps, {
      method: "GET",
      url: `${url}/health`,
      timeoutMs: 2_000,
    });
    return (
      health.kind === "json" &&
      validate(healthSchema, health.body) !== undefined
    );
  }

  /** Its address, or undefined when it ended instead (the port may be taken). */
  #start(port: string): Promise<string | undefined> {
    this.#process?.dispose();
    if (this.#isStopped || this.isDisposed) {
      return Promise.resolve(undefined);
    }
    return new Promise((resolve) => {
      const child = new ManagedProcess({
        ...this.deps.program,
        args: [
          ...this.deps.program.args,
          ...["--data", this.deps.dataFolder],
          ...["--port", port],
          "--exit-with-stdin",
        ],
        onLine: (line) => {
          timeout.dispose();
          this.deps.log.info(`Local server: ${line}`);
          resolve(validateJson(startedSchema, line)?.url);
        },
        onStderr: (text) =>
          this.deps.log.trace(`Local server: ${text.trimEnd()}`),
      });
      this.#process = child;
      const timeout = this.deps.clock.schedule(startTimeoutMs, () =>
        child.dispose(),
      );
      void child.ended.then((end) => {
        timeout.dispose();
        this.deps.log.info(`Local server ended: ${end.code ?? end.signal}`);
        resolve(undefined);
      });
    });
  }
}
