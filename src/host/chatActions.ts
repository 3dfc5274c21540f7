import * as vscode from "vscode";
import type { ChatAction } from "../protocol/chatMessages";
import type { SurroundingsWatcher } from "./surroundings";

const cliInstallPage = "https://docs.claude.com/en/docs/claude-code/setup";

/** The buttons of the chat's cards. */
export function runChatAction(
  action: ChatAction,
  surroundings: SurroundingsWatcher,
): void {
  switch (action) {
    case "openFolder":
      void vscode.commands.executeCommand("vscode.openFolder");
      break;
    case "manageTrust":
      void vscode.commands.executeCommand("workbench.trust.manage");
      break;
    case "installCli":
      void vscode.env.openExternal(vscode.Uri.parse(cliInstallPage));
      break;
    case "setCliPath":
      openSetting("failproof.cli.path");
      break;
    case "checkCliAgain":
      void surroundings.check();
      break;
    case "signIn":
      void vscode.commands.executeCommand("failproof.signIn");
      break;
    case "newConversation":
      void vscode.commands.executeCommand("failproof.newConversation");
      break;
  }
}

/** In a remote window a machine's settings are on a page of their own. */
function openSetting(query: string): void {
  if (vscode.env.remoteName === undefined) {
    void vscode.commands.executeCommand("workbench.action.openSettings", query);
  } else {
    void vscode.commands.executeCommand("workbench.action.openRemoteSettings", {
      query,
    });
  }
}
