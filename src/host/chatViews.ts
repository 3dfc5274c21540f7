import * as vscode from "vscode";
import { Disposable } from "../base/lifecycle";
import { ChatController, type ChatDeps } from "./chatController";
import { chatWebviewOptions } from "./chatHtml";

const viewId = "failproof.chat";
const panelType = "failproof.chatPanel";

/** The chat in the activity bar, and the same in tabs. All of them show the current conversation, in step. */
export class ChatViews
  extends Disposable
  implements vscode.WebviewViewProvider, vscode.WebviewPanelSerializer
{
  #view: vscode.WebviewView | undefined;

  constructor(private readonly deps: ChatDeps) {
    super();
    this.register(vscode.window.registerWebviewViewProvider(viewId, this));
    this.register(
      vscode.window.registerWebviewPanelSerializer(panelType, this),
    );
    this.register(deps.broker.onDidOpen(() => this.#showBadge()));
    this.register(deps.broker.onDidClose(() => this.#showBadge()));
  }

  /** The view, with that conversation if one is named. */
  async reveal(conversationId?: string): Promise<void> {
    const { registry } = this.deps;
    const session =
      conversationId === undefined ? undefined : registry.get(conversationId);
    if (session && session !== registry.current) {
      registry.show(session);
    }
    await vscode.commands.executeCommand(`${viewId}.focus`);
  }

  openInEditor(): void {
    const panel = vscode.window.createWebviewPanel(
      panelType,
      "Failproof",
      vscode.ViewColumn.Active,
    );
    this.#showIn(panel);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    view.webview.options = chatWebviewOptions(this.deps.extensionUri);
    this.#view = view;
    const controller = new ChatController(this.deps, view.webview);
    view.onDidDispose(() => {
      controller.dispose();
      this.#view = undefined;
    });
    this.register(controller);
    this.#showBadge();
  }

  /** After a reload of the window the tab is there again. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    this.#showIn(panel);
    return Promise.resolve();
  }

  #showIn(panel: vscode.WebviewPanel): void {
    panel.webview.options = chatWebviewOptions(this.deps.extensionUri);
    const icon = (theme: string) =>
      vscode.Uri.joinPath(
        this.deps.extensionUri,
        "media",
        `failproof-${theme}.svg`,
      );
    panel.iconPath = { light: icon("light"), dark: icon("dark") };
    const controller = this.register(
      new ChatController(this.deps, panel.webview),
    );
    panel.onDidDispose(() => controller.dispose());
  }

  #showBadge(): void {
    const count = this.deps.broker.pending.length;
    if (this.#view) {
      this.#view.badge =
        count === 0
          ? undefined
          : { value: count, tooltip: `${count} waiting for your answer` };
    }
  }
}
