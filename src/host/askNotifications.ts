import * as vscode from "vscode";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { PendingAsk, PermissionBroker } from "../permission/broker";
import type { Decision } from "../permission/stdioPrompt";
import type { ChatViews } from "./chatViews";
import { plainName, plainTail } from "./plainText";

/** Not contributed in the manifest: only the notification's link runs it. */
const allowCommand = "failproof.allowAsk";
const showCommand = "failproof.showAsk";

/**
 * The label of a progress notification's button. The type says boolean; VS
 * Code passes a string on as the label. Where it should not, the button reads
 * Cancel and denies all the same.
 */
const denyButton = { cancellable: "Deny" } as unknown as {
  cancellable: boolean;
};

/**
 * Every open ask is also a notification with Allow and Deny. It is a progress
 * notification because only those can be closed by their extension, which an
 * ask that was answered in the chat must be, and because they stay until then.
 * Deny is its button; VS Code has no second one there, so Allow is a link.
 */
export class AskNotifications extends Disposable {
  readonly #open = new Map<string, DisposableLike>();

  constructor(
    private readonly deps: { broker: PermissionBroker; chat: ChatViews },
  ) {
    super();
    this.register(
      vscode.commands.registerCommand(allowCommand, (id: unknown) =>
        this.#answer(id, "allow"),
      ),
    );
    this.register(
      vscode.commands.registerCommand(showCommand, (id: unknown) =>
        deps.chat.reveal(typeof id === "string" ? id : undefined),
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

  #show({ ask, conversationId }: PendingAsk): void {
    void vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Claude asks to use ${plainName(ask.toolName)}`,
        ...denyButton,
      },
      (progress, token) => {
        token.onCancellationRequested(() => this.#answer(ask.id, "deny"));
        const allow = `[Allow](${commandUri(allowCommand, ask.id)})`;
        const show = `[Show in Chat](${commandUri(showCommand, conversationId)})`;
        const summary = plainTail(ask.summary);
        progress.report({ message: `${allow} · ${show} — ${summary}` });
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
