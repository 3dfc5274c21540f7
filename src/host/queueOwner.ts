import { createHmac } from "node:crypto";
import * as vscode from "vscode";
import {
  type AccountState,
  type CredentialFacts,
  nameOf,
} from "../auth/accountState";
import type { Clock } from "../base/clock";
import { deleteQueue } from "../queue/deleteQueue";
import type { QueuePaths } from "../queue/queueFolder";
import { readQueueOwner, writeQueueOwner } from "../queue/signedInMarker";
import { readWaiting } from "../queue/waiting";
import { plainName } from "./plainText";

export interface QueueOwnerDeps {
  paths: QueuePaths;
  installKey: string;
  clock: Clock;
}

/** What identifies an account, for whoever is signed in or about to be. */
export type OwnerFacts = Pick<
  Extract<AccountState, { kind: "signedIn" }>,
  "serverUrl" | "user"
> & { credential: Pick<CredentialFacts, "kind" | "masked"> };

/**
 * Whose the events in the queue are. What was recorded for one account is not
 * delivered to another one unless the user says so.
 */
export class QueueOwner {
  constructor(private readonly deps: QueueOwnerDeps) {}

  /** An opaque word: nothing can be traced back from it. */
  of({ serverUrl, user, credential }: OwnerFacts): string {
    const who = user?.id ?? `${credential.kind} ${credential.masked}`;
    return createHmac("sha256", this.deps.installKey)
      .update(`queue owner\n${serverUrl}\n${who}`)
      .digest("hex");
  }

  /** How many events wait that are somebody else's. */
  async strangers(owner: string): Promise<number> {
    const { paths } = this.deps;
    const known = readQueueOwner(paths);
    if (known === undefined || known === owner) {
      return 0;
    }
    const { total } = await readWaiting(paths, { first: 0, last: 0 });
    return total;
  }

  /** From now on what waits is this account's. */
  handOver(account: OwnerFacts): void {
    writeQueueOwner(this.deps.paths, this.of(account));
  }

  /** Asks what is to become of them. False when the user goes away without an answer. */
  async settle(
    count: number,
    account: OwnerFacts,
    options: vscode.MessageOptions,
  ): Promise<boolean> {
    const name = plainName(nameOf(account));
    const deliver = `Deliver to ${name}`;
    const remove = count === 1 ? "Delete It" : "Delete Them";
    const choice = await vscode.window.showWarningMessage(
      count === 1
        ? "1 event waits here that was recorded for another account."
        : `${count} events wait here that were recorded for another account.`,
      options,
      deliver,
      remove,
    );
    if (choice === remove) {
      await deleteQueue(this.deps.paths, this.deps.clock);
    }
    return choice !== undefined;
  }
}
