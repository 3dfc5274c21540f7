import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { type DisposableLike } from "../../src/base/lifecycle";
import { ManagedProcess } from "../../src/node/managedProcess";
import { systemClock } from "../../src/node/systemClock";
import {
  type AccountReport,
  accountReportSchema,
  type AccountStep,
} from "./accountSteps";
import { bundle } from "./bundle";
import { FileSecrets } from "./fileSecrets";

const stopGraceMs = 2_000;

/** Windows of one machine, each a process; they share the storage, the lock and the server. */
export class AccountCrowd implements DisposableLike {
  readonly #windows: AccountProcess[] = [];

  private constructor(readonly secrets: FileSecrets) {}

  /** `prepare` stores who is signed in; then the processes start, at `now` by their clocks. */
  static async start(options: {
    /** A folder of the test's. */
    folder: string;
    count: number;
    serverUrl: string;
    now: number;
    prepare(secrets: FileSecrets): Promise<void>;
  }): Promise<AccountCrowd> {
    const { folder, count, serverUrl, now } = options;
    const entry = "test/fakes/accountProcess.ts";
    const script = await bundle(entry, folder, "accountProcess");
    const storage = join(folder, "secrets");
    mkdirSync(storage, { mode: 0o700 });
    const crowd = new AccountCrowd(new FileSecrets(storage));
    await options.prepare(crowd.secrets);
    const args = [script, storage, serverUrl, randomUUID(), String(now)];
    for (let index = 0; index < count; index++) {
      crowd.#windows.push(new AccountProcess(args, folder));
    }
    await Promise.all(crowd.#windows.map((window) => window.nextReport()));
    return crowd;
  }

  /** All of them at once; `then` may differ from window to window. */
  step(
    sleptMs: number,
    then: (index: number) => AccountStep["then"],
  ): Promise<AccountReport[]> {
    return Promise.all(
      this.#windows.map((window, index) =>
        window.step({ sleptMs, then: then(index) }),
      ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#windows.map((window) => window.stop()));
  }

  dispose(): void {
    this.#windows.forEach((window) => window.dispose());
  }
}

class AccountProcess implements DisposableLike {
  readonly #process: ManagedProcess;
  readonly #reports: AccountReport[] = [];
  #stderr = "";
  #wanted: ((report: AccountReport) => void) | undefined;

  constructor(args: readonly string[], home: string) {
    this.#process = new ManagedProcess({
      command: process.execPath,
      args,
      env: { PATH: process.env["PATH"], HOME: home },
      onLine: (line) => {
        const report = v.parse(accountReportSchema, JSON.parse(line));
        const wanted = this.#wanted;
        this.#wanted = undefined;
        if (wanted) {
          wanted(report);
        } else {
          this.#reports.push(report);
        }
      },
      onStderr: (text) => (this.#stderr += text),
    });
  }

  step(step: AccountStep): Promise<AccountReport> {
    this.#process.writeLine(JSON.stringify(step));
    return this.nextReport();
  }

  nextReport(): Promise<AccountReport> {
    const report = this.#reports.shift();
    if (report) {
      return Promise.resolve(report);
    }
    return new Promise((resolve, reject) => {
      this.#wanted = resolve;
      void this.#process.ended.then(({ code }) =>
        reject(new Error(`A window ended with ${code}: ${this.#stderr}`)),
      );
    });
  }

  async stop(): Promise<void> {
    await this.#process.stop(systemClock, stopGraceMs);
  }

  dispose(): void {
    this.#process.dispose();
  }
}
