import type * as vscode from "vscode";
import { version } from "../package.json";
import { DisposableStore } from "./base/lifecycle";
import { CliInspector } from "./cli/inspect";
import { AskNotifications } from "./host/askNotifications";
import { FailproofAuthentication } from "./host/authentication";
import { ChatEvents } from "./host/chatEvents";
import { ChatViews } from "./host/chatViews";
import { registerCommands } from "./host/commands";
import { createConversationEngine } from "./host/conversationEngine";
import { DeliveryHost } from "./host/delivery";
import { type Program, programAt } from "./host/editorNode";
import { HookSetup } from "./host/hookSetup";
import { createIdentity } from "./host/identity";
import { ChannelLogger } from "./host/log";
import { OutgoingView } from "./host/outgoingView";
import { SignOut } from "./host/signOut";
import { StatusBar } from "./host/statusBar";
import { SurroundingsWatcher } from "./host/surroundings";
import {
  systemClock as clock,
  systemRandom as random,
} from "./node/systemClock";
import { PermissionBroker } from "./permission/broker";
import { type QueuePaths, queuePaths } from "./queue/queueFolder";
import { RelayFinder } from "./relay/relayFinder";
import { RelaySupervisor } from "./relay/supervisor";

/** What every part of the graph is built with. */
interface Foundation {
  context: vscode.ExtensionContext;
  owned: DisposableStore;
  log: ChannelLogger;
  program: (name: string) => Program;
}

/** Everything that must be over before the window may go; set while active. */
let stop: (() => Promise<void>) | undefined;

/** The composition root: builds the graph, and nothing else. */
export async function activate(
  context: vscode.ExtensionContext,
): Promise<void> {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);
  const log = owned.add(new ChannelLogger());
  const program = (name: string) =>
    programAt(context.asAbsolutePath(`dist/${name}.js`));
  const foundation = { context, owned, log, program };
  const paths = queuePaths(process.env);
  const identity = createIdentity({ ...foundation, paths });
  const { account, signIn, localServer, bus, store } = identity;
  const delivery = buildDelivery(foundation, identity, paths);
  const conversations = buildConversations(foundation, identity, paths);
  const { registry, broker, inspector, engine } = conversations;
  const surroundings = owned.add(
    new SurroundingsWatcher({ account, inspector }),
  );
  const { extensionUri } = context;
  const chat = owned.add(
    new ChatViews({ registry, broker, surroundings, extensionUri, log }),
  );
  owned.add(new AskNotifications({ broker, chat }));
  owned.add(new StatusBar({ account, delivery, signIn }));
  const signOut = new SignOut({ account, delivery, paths, clock });
  owned.add(new FailproofAuthentication({ account, signIn, signOut }));
  const isPersistent = () => store.isPersistent;
  const commands = {
    ...{ account, signIn, signOut, isPersistent },
    ...{ delivery, localServer, registry, chat },
  };
  const outgoing = owned.add(new OutgoingView({ paths }));
  const builtScript = context.asAbsolutePath("dist/hook.js");
  const hooks = new HookSetup({ paths, builtScript, clock, log });
  const others = { outgoing, hooks, log };
  for (const command of registerCommands({ ...commands, ...others })) {
    owned.add(command);
  }
  stop = async () => {
    await Promise.all([engine.stop(), delivery.stop(), localServer.stop()]);
  };
  void bus.start();
  void hooks.refresh();
  await Promise.all([account.reload(), engine.start()]);
}

/** VS Code waits for this: no child process is left behind. */
export async function deactivate(): Promise<void> {
  await stop?.();
  stop = undefined;
}

/** hook → queue → relay → server */
function buildDelivery(
  { owned, log, program }: Foundation,
  { account, owner, resolveServer }: ReturnType<typeof createIdentity>,
  paths: QueuePaths,
) {
  const relay = { build: version, clock, random, log };
  const finder = new RelayFinder({ ...program("relay"), ...relay });
  const supervisor = owned.add(new RelaySupervisor({ finder, ...relay }));
  const deps = { account, supervisor, owner, paths, resolveServer };
  return owned.add(new DeliveryHost({ ...deps, clock, log }));
}

/** prompt → session → cli → translate */
function buildConversations(
  { context, owned, log, program }: Foundation,
  { installKey }: ReturnType<typeof createIdentity>,
  paths: QueuePaths,
) {
  const events = new ChatEvents({ paths, clock, log });
  const broker = owned.add(new PermissionBroker({ clock }));
  const inspector = new CliInspector({ clock });
  const engine = createConversationEngine({
    ...{ owned, broker, inspector, clock, log },
    watchdogProgram: program("watchdog"),
    onHook: (payload) => events.record(payload),
    onEvent: (event, session) => events.follow(event, session),
    onProcess: (start, ended) => events.processStarted(start, ended),
    userKey: installKey,
    machineFolder: context.globalStorageUri.fsPath,
    workspaceFolder: (context.storageUri ?? context.globalStorageUri).fsPath,
  });
  const { registry } = engine;
  owned.add(
    broker.onDidClose((closed) =>
      events.recordDecision(closed, registry.get(closed.conversationId)),
    ),
  );
  return { registry, broker, inspector, engine };
}
