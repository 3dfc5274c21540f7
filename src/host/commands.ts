import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import { localServer } from "../auth/serverUrl";
import type { DisposableLike } from "../base/lifecycle";
import type { SessionRegistry } from "../session/registry";
import type { ChatViews } from "./chatViews";
import type { DeliveryHost } from "./delivery";
import type { LocalServer } from "./localServer";
import type { ChannelLogger } from "./log";
import { plainName } from "./plainText";
import { sentenceOf } from "./sentences";
import { chooseServer, configuredServer } from "./settings";
import type { SignIn } from "./signIn";
import { statusRows } from "./statusBar";
import { workspaceFolder } from "./surroundings";
import { AppError } from "../base/errors";

export interface CommandDeps {
  account: Account;
  signIn: SignIn;
  delivery: DeliveryHost;
  localServer: LocalServer;
  registry: SessionRegistry;
  chat: ChatViews;
  log: ChannelLogger;
}

/** Every contributed command. One that fails says so in a sentence. */
export function registerCommands(deps: CommandDeps): DisposableLike[] {
  const commands: Record<string, () => unknown> = {
    signIn: () => deps.signIn.run(),
    signOut: () => signOut(deps),
    showAccount: () => showAccount(deps),
    startLocalServer: () => startLocalServer(deps),
    syncNow: () => syncNow(deps),
    showRelayStatus: () => showRelayStatus(deps),
    showLog: () => deps.log.show(),
    openChat: () => deps.chat.reveal(),
    openChatInEditor: () => deps.chat.openInEditor(),
    newConversation: () => newConversation(deps),
    switchConversation: () => switchConversation(deps),
    interrupt: () => deps.registry.current?.interrupt(),
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`failproof.${name}`, async () => {
      try {
        await run();
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

async function signOut({ account }: CommandDeps): Promise<void> {
  if (account.state.kind === "signedOut") {
    void vscode.window.showInformationMessage("You are not signed in.");
    return;
  }
  const email = nameOf(account.state);
  await account.signOut();
  void vscode.window.showInformationMessage(
    `Signed out ${plainName(email)}. Nothing more is recorded.`,
  );
}

async function showAccount({ account }: CommandDeps): Promise<void> {
  const { state } = account;
  if (state.kind === "signedOut") {
    await offer("You are not signed in.", {
      "Sign In": () => vscode.commands.executeCommand("failproof.signIn"),
    });
    return;
  }
  const server =
    state.serverUrl === localServer ? "the local server" : state.serverUrl;
  const { refreshedAt } = state.credential;
  const renewed =
    refreshedAt === null
      ? ""
      : `; last renewed at ${new Date(refreshedAt).toLocaleTimeString()}`;
  const offline = state.isOffline
    ? " The server cannot be reached just now."
    : "";
  await offer(
    `Signed in as ${plainName(nameOf(state))} at ${server}${renewed}.${offline}`,
    { "Sign Out": () => vscode.commands.executeCommand("failproof.signOut") },
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

async function syncNow({ delivery, account }: CommandDeps): Promise<void> {
  if (account.state.kind === "signedOut") {
    await offer("Nothing is sent while you are signed out.", {
      "Sign In": () => vscode.commands.executeCommand("failproof.signIn"),
    });
    return;
  }
  const { sent, problem } = await delivery.syncNow();
  if (problem === null) {
    const events = sent === 1 ? "1 event" : `${sent} events`;
    void vscode.window.showInformationMessage(
      sent === 0 ? "Everything is delivered already." : `${events} delivered.`,
    );
  } else {
    void vscode.window.showWarningMessage(plainName(problem));
  }
}

async function showRelayStatus({
  delivery,
  account,
}: CommandDeps): Promise<void> {
  const rows = statusRows(delivery.status);
  const items: (vscode.QuickPickItem & { command?: string })[] = [
    ...rows.map(([label, description]) => ({ label, description })),
    { label: "Actions", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(sync) Sync Now", command: "failproof.syncNow" },
    { label: "$(account) Show Account", command: "failproof.showAccount" },
    account.state.kind === "signedOut"
      ? { label: "$(sign-in) Sign In", command: "failproof.signIn" }
      : { label: "$(sign-out) Sign Out", command: "failproof.signOut" },
    { label: "$(output) Show Log", command: "failproof.showLog" },
  ];
  const choice = await vscode.window.showQuickPick(items, {
    title: "Failproof delivery",
  });
  if (choice?.command !== undefined) {
    await vscode.commands.executeCommand(choice.command);
  }
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

/** A message whose buttons do something. Nobody waits for it: it may stay unanswered. */
function offer(
  message: string,
  actions: Record<string, () => Thenable<unknown>>,
): Promise<void> {
  void vscode.window
    .showInformationMessage(message, ...Object.keys(actions))
    .then((choice) => (choice === undefined ? undefined : actions[choice]?.()));
  return Promise.resolve();
}
