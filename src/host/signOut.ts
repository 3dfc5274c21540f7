import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import { AppError } from "../base/errors";
import { type Clock, sleep } from "../base/clock";
import { deleteQueue } from "../queue/deleteQueue";
import type { QueuePaths } from "../queue/queueFolder";
import { readWaiting } from "../queue/waiting";
import type { DeliveryHost } from "./delivery";
import { plainName } from "./plainText";

/** Nobody waits longer for a server that does not answer. */
const deliverMs = 2_000;

const keep = "Sign Out and Keep Them";
const remove = "Sign Out and Delete Them";
const anyway = "Sign Out of the Stored Account";

/** Signing out, as the user sees it: what becomes of the events that wait. */
export class SignOut {
  constructor(
    private readonly deps: {
      account: Account;
      delivery: Pick<DeliveryHost, "syncNow">;
      paths: QueuePaths;
      clock: Clock;
    },
  ) {}

  /** Throws AppError `cancelled` when the user goes away. */
  async run(): Promise<void> {
    const { account, paths, clock } = this.deps;
    const { state } = account;
    if (state.kind === "signedOut") {
      void vscode.window.showInformationMessage("You are not signed in.");
      return;
    }
    if (state.credential.kind === "environment" && !(await confirms(state))) {
      throw new AppError("cancelled", "The environment's token stays");
    }
    await this.#deliverRest();
    const { total: queued } = await readWaiting(paths, { first: 0, last: 0 });
    const choice = queued > 0 ? await askAbout(queued) : keep;
    if (choice === undefined) {
      throw new AppError("cancelled", "The user stays signed in");
    }
    await account.signOut();
    if (choice === remove) {
      await deleteQueue(paths, clock);
    }
    const left = choice === keep && queued > 0 ? ` ${kept(queued)}` : "";
    void vscode.window.showInformationMessage(
      account.state.kind === "signedOut"
        ? `Signed out ${plainName(nameOf(state))}. Nothing more is recorded.${left}`
        : "The stored account is signed out. FAILPROOF_API_TOKEN is still in force.",
    );
  }

  /** What is on its way in this moment is no question to the user. */
  async #deliverRest(): Promise<void> {
    const { delivery, clock } = this.deps;
    const delivered = new AbortController();
    await Promise.race([
      delivery.syncNow().finally(() => delivered.abort()),
      sleep(clock, deliverMs, delivered.signal),
    ]);
  }
}

function askAbout(queued: number): Thenable<string | undefined> {
  const wait = queued === 1 ? "1 event waits" : `${queued} events wait`;
  return vscode.window.showWarningMessage(
    `${wait} to be delivered.`,
    {
      modal: true,
      detail:
        "Kept events stay on this machine and are delivered when you sign in with the same account again. Deleted ones are gone.",
    },
    keep,
    remove,
  );
}

function kept(queued: number): string {
  return queued === 1
    ? "1 event is kept for the next time you sign in."
    : `${queued} events are kept for the next time you sign in.`;
}

/** An extension cannot take a variable out of the environment that VS Code was started with. */
async function confirms({ shadowed }: { shadowed: boolean }): Promise<boolean> {
  const sentence =
    "You are signed in by FAILPROOF_API_TOKEN in the environment of VS Code. To sign out, remove the variable and start VS Code again.";
  if (!shadowed) {
    void vscode.window.showWarningMessage(sentence);
    return false;
  }
  const choice = await vscode.window.showWarningMessage(sentence, anyway);
  return choice === anyway;
}
