import * as vscode from "vscode";
import {
  localServer,
  parseServerUrl,
  proposedServerUrl,
} from "../auth/serverUrl";
import { sentenceOf } from "./sentences";
import { chooseServer } from "./settings";

/** Asked once; the answer is kept in failproof.serverUrl. Undefined when the user went away. */
export async function askForServer(): Promise<string | undefined> {
  const local = {
    label: "$(device-desktop) This machine",
    detail: "A local server: no account anywhere, nothing leaves this machine.",
  };
  const remote = {
    label: "$(globe) A Failproof server",
    detail: `At an address, such as ${proposedServerUrl}.`,
  };
  const choice = await vscode.window.showQuickPick([local, remote], {
    title: "Sign in to Failproof",
    placeHolder: "Where should what agents do be recorded?",
  });
  if (!choice) {
    return undefined;
  }
  const server = choice === local ? localServer : await askForAddress();
  if (server !== undefined) {
    await chooseServer(server);
  }
  return server;
}

function askForAddress(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: "Address of the Failproof server",
    value: proposedServerUrl,
    ignoreFocusOut: true,
    validateInput: (value) => {
      try {
        parseServerUrl(value);
        return undefined;
      } catch (error) {
        return sentenceOf(error);
      }
    },
  });
}
