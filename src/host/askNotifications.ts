import * as vscode from "vscode";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import type { PendingAsk, PermissionBroker } from "../permission/broker";

/** Not contributed in the manifest: only the notification's links run it. */
const answerCommand = "failproof.answerAsk";
const showCommand = "failproof.openChat";

/** How much of a command a notification shows; the card in the chat shows all of it. */
const longestSummary = 90;

/**
 * Every open ask is also a notification with Allow and Deny. It is a progress
 * notification because only those can be closed by their extension, which an
 * ask that was answered in the chat must be, and because they stay until then.
 */
export class AskNotifications extends Disposable {
  readonly #open = new Map<string, DisposableLike>();

  constructor(private readonly deps: { broker: PermissionBroker }) {
    super();
    this.register(
      vscode.commands.registerCommand(answerCommand, (value: unknown) =>
        this.#answer(value),
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
      },
      (progress) => {
        const allow = link("Allow", answerCommand, [ask.id, "allow"]);
        const deny = link("Deny", answerCommand, [ask.id, "deny"]);
        const show = link("Show", showCommand, []);
        const summary = withoutLinks(ask.summary).slice(0, longestSummary);
        progress.report({
          message: `${summary} — ${allow} · ${deny} · ${show}`,
        });
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

  /** `value` is what the link holds; a command can be run by anyone, so it is checked. */
  #answer(value: unknown): void {
    const [id, decision] = Array.isArray(value) ? (value as unknown[]) : [];
    if (
      typeof id !== "string" ||
      (decision !== "allow" && decision !== "deny")
    ) {
      return;
    }
    if (!this.deps.broker.answer(id, decision, "notification")) {
      void vscode.window.showInformationMessage(
        "This question was answered already, or Claude no longer asks it.",
      );
    }
  }
}

function link(label: string, command: string, args: unknown[]): string {
  const query =
    args.length === 0 ? "" : `?${encodeURIComponent(JSON.stringify([args]))}`;
  return `[${label}](command:${command}${query})`;
}

/** The agent's text must not become a link that the user could take for ours. */
function withoutLinks(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
