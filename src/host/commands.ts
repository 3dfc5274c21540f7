import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { localServer } from "../auth/serverUrl";
import type { DisposableLike } from "../base/lifecycle";
import type { SessionRegistry } from "../session/registry";
import type { ChatViews } from "./chatViews";
import type { DeliveryHost } from "./delivery";
import { showRelayStatus, stopRelay, syncNow } from "./deliveryCommands";
import type { LocalServer } from "./localServer";
import type { HookSetup } from "./hookSetup";
import type { ChannelLogger } from "./log";
import { offer } from "./offer";
import type { OutgoingView } from "./outgoingView";
import { sentenceOf } from "./sentences";
import { chooseServer, configuredServer } from "./settings";
import { showAccount } from "./showAccount";
import type { SignIn } from "./signIn";
import type { SignOut } from "./signOut";
import { workspaceFolder } from "./surroundings";
import { AppError } from "../base/errors";

export interface CommandDeps {
  account: Account;
  signIn: SignIn;
  signOut: SignOut;
  /** False where no keyring took the sign-in. */
  isPersistent(): boolean;
  delivery: DeliveryHost;
  outgoing: OutgoingView;
  hooks: HookSetup;
  localServer: LocalServer;
  registry: SessionRegistry;
  chat: ChatViews;
  log: ChannelLogger;
}

/** Every contributed command. One that fails says so in a sentence. */
export function registerCommands(deps: CommandDeps): DisposableLike[] {
  const commands: Record<string, (given: unknown) => unknown> = {
    /** A key binding may name the way. */
    signIn: (given) =>
      deps.signIn.run(
        given === "code" || given === "browser" ? given : undefined,
      ),
    signInWithBrowser: () => deps.signIn.run("browser"),
    signOut: () => deps.signOut.run(),
    showAccount: () => showAccount(deps.account, deps.isPersistent()),
    startLocalServer: () => startLocalServer(deps),
    syncNow: () => syncNow(deps),
    showRelayStatus: () => showRelayStatus(deps),
    startRelay: () => deps.delivery.startRelay(),
    stopRelay: () => stopRelay(deps),
    showWhatIsSent: () => deps.outgoing.show(),
    installHooks: () => deps.hooks.install(),
    removeHooks: () => deps.hooks.remove(),
    showLog: () => deps.log.show(),
    openChat: () => deps.chat.reveal(),
    openChatInEditor: () => deps.chat.openInEditor(),
    newConversation: () => newConversation(deps),
    switchConversation: () => switchConversation(deps),
    interrupt: () => deps.registry.current?.interrupt(),
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`failproof.${name}`, async (given) => {
      try {
        await run(given);
      } catch (error) {
        deps.log.error(`failproof.${name}: ${String(error)}`);
        const sentence = sentenceOf(error);
        if (sentence !== undefined) {
          void vscode.window.showErrorMessage(sentence);
        }
      }
    }),
  );
}

async function startLocalServer(deps: CommandDeps): Promise<void> {
  const url = await deps.localServer.ensure();
  if (configuredServer() === "") {
    await chooseServer(localServer);
  }
  const isSignedOut = deps.account.state.kind === "signedOut";
  await offer(
    `The local server runs at ${url}. It keeps everything on this machine.`,
    isSignedOut
      ? { "Sign In": () => vscode.commands.executeCommand("failproof.signIn") }
      : {},
  );
}

async function newConversation({ registry, chat }: CommandDeps): Promise<void> {
  const folder = workspaceFolder();
  if (folder === undefined) {
    throw new AppError("no-folder", "No folder is open");
  }
  registry.create(folder);
  await chat.reveal();
}

async function switchConversation({
  registry,
  chat,
}: CommandDeps): Promise<void> {
  const items = registry.all.map((session) => ({
    label: session.conversation.title,
    description: session.conversation.activity,
    session,
  }));
  const choice = await vscode.window.showQuickPick(items, {
    title: "Conversations",
    placeHolder: "No conversation has been started yet.",
  });
  if (choice) {
    registry.show(choice.session);
    await chat.reveal();
  }
}
