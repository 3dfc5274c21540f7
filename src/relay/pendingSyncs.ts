import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock";
import type { SyncResult } from "./relayLoop";

const timeoutMs = 60_000;

/** Syncs that were asked for and are not answered yet. Each is answered once, and never rejects. */
export class PendingSyncs {
  readonly #waiting = new Map<string, (result: SyncResult) => void>();

  constructor(private readonly clock: Clock) {}

  ask(send: (requestId: string) => void): Promise<SyncResult> {
    return new Promise((resolve) => {
      const requestId = randomUUID();
      const finish = (result: SyncResult) => {
        timer.dispose();
        this.#waiting.delete(requestId);
        resolve(result);
      };
      const timer = this.clock.schedule(timeoutMs, () =>
        finish({ sent: 0, problem: "The relay did not answer within 60 s." }),
      );
      this.#waiting.set(requestId, finish);
      send(requestId);
    });
  }

  answer(requestId: string, result: SyncResult): void {
    this.#waiting.get(requestId)?.(result);
  }

  /** The relay will answer none of them. */
  fail(): void {
    for (const finish of [...this.#waiting.values()]) {
      finish({ sent: 0, problem: "The relay has ended." });
    }
  }
}
