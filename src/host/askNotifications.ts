import * as vscode from "vscode";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { PendingAsk, PermissionBroker } from "../permission/broker";
import type { Decision } from "../permission/stdioPrompt";

/** Not contributed in the manifest: only the notification's link runs it. */
const allowCommand = "failproof.allowAsk";
const showCommand = "failproof.openChat";

/**
 * The label of a progress notification's button. The type says boolean; VS
 * Code passes a string on as the label. Where it should not, the button reads
 * Cancel and denies all the same.
 */
const denyButton = { cancellable: "Deny" } as unknown as {
  cancellable: boolean;
};

/** How much of a command a notification shows; the card in the chat shows all of it. */
const longestSummary = 300;

/**
 * Every open ask is also a notification with Allow and Deny. It is a progress
 * notification because only those can be closed by their extension, which an
 * ask that was answered in the chat must be, and because they stay until then.
 * Deny is its button; VS Code has no second one there, so Allow is a link.
 */
export class AskNotifications extends Disposable {
  readonly #open = new Map<string, DisposableLike>();

  constructor(private readonly deps: { broker: PermissionBroker }) {
    super();
    this.register(
      vscode.commands.registerCommand(allowCommand, (id: unknown) =>
        this.#answer(id, "allow"),
      ),
    );
    this.register(deps.broker.onDidOpen((pending) => this.#show(pending)));
    this.register(deps.broker.onDidClose(({ ask }) => this.#close(ask.id)));
    this.register({
      dispose: () => {
        for (const id of [...this.#open.keys()]) {
          this.#close(id);
        }
      },
    });
  }

  #show({ ask }: PendingAsk): void {
    void vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Claude asks to use ${withoutLinks(ask.toolName)}`,
        ...denyButton,
      },
      (progress, token) => {
        token.onCancellationRequested(() => this.#answer(ask.id, "deny"));
        const allow = `[Allow](${commandUri(allowCommand, ask.id)})`;
        const show = `[Show in Chat](${commandUri(showCommand)})`;
        const summary = withoutLinks(ask.summary.slice(0, longestSummary));
        progress.report({ message: `${summary} — ${allow} · ${show}` });
        return new Promise<void>((resolve) => {
          this.#open.set(ask.id, { dispose: resolve });
        });
      },
    );
  }

  #close(id: string): void {
    this.#open.get(id)?.dispose();
    this.#open.delete(id);
  }

  /** A command can be run by anyone, so its argument is checked. */
  #answer(id: unknown, decision: Decision): void {
    const isOpen = typeof id === "string" && this.#open.has(id);
    if (!isOpen || !this.deps.broker.answer(id, decision, "notification")) {
      void vscode.window.showInformationMessage(
        "This question was answered already, or Claude no longer asks it.",
      );
    }
  }
}

function commandUri(command: string, ...args: unknown[]): string {
  return `command:${command}?${encodeURIComponent(JSON.stringify(args))}`;
}

/** The agent's text must not become a link that the user could take for ours. */
function withoutLinks(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
