import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import { Bridge } from "../bridge/bridge";
import { dispatch, type WebviewHandlers } from "../bridge/dispatch";
import { Disposable, DisposableStore } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { PermissionBroker } from "../permission/broker";
import type { ToWebview } from "../protocol/chatMessages";
import { emptyConversation } from "../protocol/transcript";
import type { SessionRegistry } from "../session/registry";
import type { Session } from "../session/session";
import { runChatAction } from "./chatActions";
import { chatHtml } from "./chatHtml";
import { type SurroundingsWatcher, workspaceFolder } from "./surroundings";

export interface ChatDeps {
  registry: SessionRegistry;
  broker: PermissionBroker;
  surroundings: SurroundingsWatcher;
  extensionUri: vscode.Uri;
  log: Logger;
}

/** Ties one webview (the view, or a tab) to the conversation that is shown. */
export class ChatController extends Disposable {
  readonly #bridge: Bridge;
  #following: DisposableStore | undefined;

  constructor(
    private readonly deps: ChatDeps,
    webview: vscode.Webview,
  ) {
    super();
    const bridge = new Bridge({
      post: (envelope) => void webview.postMessage(envelope),
      snapshot: () => this.#snapshot(),
      onMessage: (message) => dispatch(message, this.#handlers),
      newEpoch: randomUUID,
      log: deps.log,
    });
    this.#bridge = this.register(bridge);
    this.register(
      webview.onDidReceiveMessage((value) => bridge.receive(value)),
    );
    this.register(
      deps.surroundings.onDidChange((surroundings) =>
        bridge.send({ type: "surroundings", surroundings }),
      ),
    );
    this.register(
      deps.registry.onDidChangeCurrent((session) => {
        this.#follow(session);
        bridge.restart();
      }),
    );
    this.#follow(deps.registry.current);
    webview.html = chatHtml(webview, deps.extensionUri);
    void deps.surroundings.check();
  }

  #follow(session: Session | undefined): void {
    this.#following?.dispose();
    this.#following = this.register(new DisposableStore());
    if (session) {
      this.#following.add(
        session.onDidEvent((event) =>
          this.#bridge.send({ type: "event", event }),
        ),
      );
    }
  }

  #snapshot(): ToWebview {
    const { registry, surroundings } = this.deps;
    return {
      type: "snapshot",
      conversation:
        registry.current?.conversation ??
        emptyConversation("none", workspaceFolder() ?? ""),
      surroundings: surroundings.current,
    };
  }

  readonly #handlers: WebviewHandlers = {
    sendPrompt: ({ id, text }) => void this.#send(id, text),
    removeQueued: ({ id }) => this.deps.registry.current?.removeQueued(id),
    interrupt: () => this.deps.registry.current?.interrupt(),
    answerAsk: ({ id, decision }) => {
      this.deps.broker.answer(id, decision, "chat");
    },
    action: ({ action }) => runChatAction(action, this.deps.surroundings),
  };

  /** The prompt is queued even where the CLI cannot be started yet: the conversation says why, and nothing typed is lost. */
  async #send(id: string, text: string): Promise<void> {
    const { registry, surroundings } = this.deps;
    const folder = workspaceFolder();
    if (folder !== undefined) {
      (registry.current ?? registry.create(folder)).send(id, text);
    }
    await surroundings.check();
  }
}
