import * as vscode from "vscode";
import { Disposable } from "../base/lifecycle";
import type { QueuePaths } from "../queue/queueFolder";
import { readSentLog } from "../queue/sentLog";
import { readWaiting } from "../queue/waiting";

/** More than anyone reads; a queue may hold a hundred thousand. */
const mostShown = 1_000;

const scheme = "failproof-sent";
const address = vscode.Uri.from({ scheme, path: "/What Is Sent.jsonl" });

/** `Failproof: Show What Is Sent`: a read-only document, made anew each time that it is asked for. */
export class OutgoingView
  extends Disposable
  implements vscode.TextDocumentContentProvider
{
  readonly #changes = this.register(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changes.event;

  constructor(private readonly deps: { paths: QueuePaths }) {
    super();
    this.register(
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
    );
  }

  async show(): Promise<void> {
    // A document that is open already shows what was true then.
    this.#changes.fire(address);
    const document = await vscode.workspace.openTextDocument(address);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async provideTextDocumentContent(): Promise<string> {
    const { paths } = this.deps;
    const limits = { first: mostShown, last: 0 };
    const { first, total } = await readWaiting(paths, limits);
    const sent = await readSentLog(paths);
    const part = first.length < total ? ` The first ${first.length}:` : "";
    return [
      `// Waiting to be sent: ${total}. Each line is one event, exactly as it goes to the server.${part}`,
      ...first.map((record) => JSON.stringify(record)),
      "",
      `// Sent before, at most the last 200, the newest at the end: ${sent.records.length}.`,
      ...sent.records.map((record) => JSON.stringify(record)),
      "",
    ].join("\n");
  }
}
