import * as vscode from "vscode";

/** A message whose buttons do something. Nobody waits for it: it may stay unanswered. */
export function offer(
  message: string,
  actions: Record<string, () => Thenable<unknown>>,
): Promise<void> {
  void vscode.window
    .showInformationMessage(message, ...Object.keys(actions))
    .then((choice) => (choice === undefined ? undefined : actions[choice]?.()));
  return Promise.resolve();
}
