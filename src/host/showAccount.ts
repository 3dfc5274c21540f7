import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { accountRows } from "./accountWords";

interface Item extends vscode.QuickPickItem {
  command?: string;
}

/** `Failproof: Show Account`: who, where, with what; and what can be done about it. */
export async function showAccount(
  account: Account,
  isPersistent: boolean,
): Promise<void> {
  const { state } = account;
  const facts: Item[] =
    state.kind === "signedIn"
      ? accountRows(state, isPersistent).map(([label, description]) => ({
          label,
          description,
        }))
      : [
          {
            label: "Signed out",
            description: "Nothing is recorded while you are signed out.",
          },
        ];
  const actions: Item[] =
    state.kind === "signedIn"
      ? [
          { label: "$(sign-out) Sign Out", command: "failproof.signOut" },
          { label: "$(sync) Sync Now", command: "failproof.syncNow" },
        ]
      : [{ label: "$(sign-in) Sign In", command: "failproof.signIn" }];
  const choice = await vscode.window.showQuickPick<Item>(
    [
      ...facts,
      { label: "Actions", kind: vscode.QuickPickItemKind.Separator },
      ...actions,
    ],
    { title: "Failproof account" },
  );
  if (choice?.command !== undefined) {
    await vscode.commands.executeCommand(choice.command);
  }
}
