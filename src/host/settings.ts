import * as vscode from "vscode";

/**
 * The settings. What chooses a program or a server is machine-scoped in the manifest, so
 * VS Code itself takes it from no workspace.
 */
const section = "failproof";

/** `local`, an address, or empty when none has been chosen yet. */
export function configuredServer(): string {
  return vscode.workspace.getConfiguration(section).get("serverUrl", "").trim();
}

/** The chosen server, for the account. */
export const chosenServer = {
  get current(): string {
    return configuredServer();
  },
  onDidChange: (listener: () => void) =>
    onDidChangeSetting("serverUrl", listener),
};

export async function chooseServer(server: string): Promise<void> {
  await vscode.workspace
    .getConfiguration(section)
    .update("serverUrl", server, vscode.ConfigurationTarget.Global);
}

export function configuredCliPath(): string {
  return vscode.workspace.getConfiguration(section).get("cli.path", "").trim();
}

export function onDidChangeCliPath(listener: () => void): vscode.Disposable {
  return onDidChangeSetting("cli.path", listener);
}

function onDidChangeSetting(
  name: string,
  listener: () => void,
): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(`${section}.${name}`)) {
      listener();
    }
  });
}

/** After how long an idle process is ended; 0 means never. */
export function idleMinutes(): number {
  return vscode.workspace
    .getConfiguration(section)
    .get("session.idleMinutes", 30);
}

export function onDidChangeIdleMinutes(
  listener: () => void,
): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(`${section}.session.idleMinutes`)) {
      listener();
    }
  });
}
