import * as vscode from "vscode";
import type { Account } from "../auth/account";
import type { DeliveryHost } from "./delivery";
import { offer } from "./offer";
import { plainName } from "./plainText";
import { statusRows } from "./statusBar";

interface DeliveryCommandDeps {
  account: Account;
  delivery: DeliveryHost;
}

export async function syncNow({
  delivery,
  account,
}: DeliveryCommandDeps): Promise<void> {
  if (account.state.kind === "signedOut") {
    await offer("Nothing is sent while you are signed out.", {
      "Sign In": () => vscode.commands.executeCommand("failproof.signIn"),
    });
    return;
  }
  const { sent, problem } = await delivery.syncNow();
  if (problem === null) {
    const events = sent === 1 ? "1 event" : `${sent} events`;
    void vscode.window.showInformationMessage(
      sent === 0 ? "Everything is delivered already." : `${events} delivered.`,
    );
  } else {
    void vscode.window.showWarningMessage(plainName(problem));
  }
}

export async function stopRelay({
  delivery,
}: DeliveryCommandDeps): Promise<void> {
  await delivery.stopRelay();
  await offer(
    "The relay is stopped, in all windows. What agents do is still recorded, and waits.",
    {
      "Start Relay": () =>
        vscode.commands.executeCommand("failproof.startRelay"),
    },
  );
}

interface Item extends vscode.QuickPickItem {
  run?: () => unknown;
}

/** What the status bar's click opens: how delivery stands, and what one can do about it. */
export async function showRelayStatus({
  delivery,
  account,
}: DeliveryCommandDeps): Promise<void> {
  const facts: Item[] = statusRows(delivery.status).map(
    ([label, description]) => ({ label, description }),
  );
  const choice = await vscode.window.showQuickPick<Item>(
    [
      ...facts,
      { label: "Actions", kind: vscode.QuickPickItemKind.Separator },
      ...actions(delivery, account.state.kind === "signedIn"),
    ],
    { title: "Failproof delivery" },
  );
  await choice?.run?.();
}

function actions(delivery: DeliveryHost, isSignedIn: boolean): Item[] {
  const command = (label: string, name: string): Item => ({
    label,
    run: () => vscode.commands.executeCommand(`failproof.${name}`),
  });
  if (!isSignedIn) {
    return [
      command("$(sign-in) Sign In", "signIn"),
      command("$(eye) Show What Is Sent", "showWhatIsSent"),
      command("$(output) Show Log", "showLog"),
    ];
  }
  const held: Item = {
    label: "$(question) Another Account's Events…",
    run: () => delivery.settleHeld(),
  };
  const isStopped = delivery.status.connection === "stopped";
  return [
    ...(delivery.held ? [held] : []),
    command("$(sync) Sync Now", "syncNow"),
    isStopped
      ? command("$(play) Start Relay", "startRelay")
      : command("$(debug-pause) Stop Relay", "stopRelay"),
    command("$(eye) Show What Is Sent", "showWhatIsSent"),
    command("$(account) Show Account", "showAccount"),
    command("$(sign-out) Sign Out", "signOut"),
    command("$(output) Show Log", "showLog"),
  ];
}
