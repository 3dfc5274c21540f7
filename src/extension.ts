import { randomUUID } from "node:crypto";
import type * as vscode from "vscode";
import { version } from "../package.json";
import { DisposableStore } from "./base/lifecycle";
import { AskNotifications } from "./host/askNotifications";
import { FailproofAuthentication } from "./host/authentication";
import { ChatEvents } from "./host/chatEvents";
import { ChatViews } from "./host/chatViews";
import { registerCommands } from "./host/commands";
import { cliStarter } from "./host/cliStarter";
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
import { ManagedProcess } from "./node/managedProcess";
import { Watchdog } from "./node/watchdog";
import { PermissionBroker } from "./permission/broker";
import { type QueuePaths, queuePaths } from "./queue/queueFolder";
import { RelayFinder } from "./relay/relayFinder";
import { RelaySupervisor } from "./relay/supervisor";
import { SessionRegistry } from "./session/registry";

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
  const conversations = buildConversations(foundation, paths);
  const { registry, broker, watchdog } = conversations;
  const surroundings = owned.add(new SurroundingsWatcher({ account }));
  const { extensionUri } = context;
  const chat = owned.add(
    new ChatViews({ registry, broker, surroundings, extensionUri, log }),
  );
  owned.add(new AskNotifications({ broker, chat }));
  owned.add(new StatusBar({ account, delivery, signIn }));
  const signOut = new SignOut({ account, paths, clock });
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
    await Promise.all([registry.stop(), delivery.stop(), localServer.stop()]);
    await watchdog.stop();
  };
  void bus.start();
  void hooks.refresh();
  await account.reload();
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
  { owned, log, program }: Foundation,
  paths: QueuePaths,
) {
  const events = new ChatEvents({ paths, clock, log });
  const start = () =>
    new ManagedProcess({ ...program("watchdog"), onLine: () => {} });
  const watchdog = owned.add(new Watchdog({ start }));
  const broker = owned.add(new PermissionBroker({ clock }));
  const newId = randomUUID;
  const registry = owned.add(
    new SessionRegistry({
      broker,
      newId,
      sessionDeps: (folder) => ({
        broker,
        clock,
        log,
        newId,
        onHook: (payload) => events.record(payload),
        startCli: cliStarter({ clock, log, watchdog }, folder),
      }),
    }),
  );
  owned.add(
    broker.onDidClose((closed) =>
      events.recordDecision(closed, registry.get(closed.conversationId)),
    ),
  );
  return { registry, broker, watchdog };
}
