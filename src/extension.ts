import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { version } from "../package.json";
import { Account } from "./auth/account";
import { AuthApi } from "./auth/authApi";
import { localServer as localServerName } from "./auth/serverUrl";
import { TokenStore } from "./auth/tokenStore";
import { DisposableStore } from "./base/lifecycle";
import { AskNotifications } from "./host/askNotifications";
import { ChatViews } from "./host/chatViews";
import { registerCommands } from "./host/commands";
import { cliStarter } from "./host/cliStarter";
import { DeliveryHost } from "./host/delivery";
import { type Program, programAt } from "./host/editorNode";
import { LocalServer } from "./host/localServer";
import { ChannelLogger } from "./host/log";
import { chosenServer } from "./host/settings";
import { SignIn } from "./host/signIn";
import { StatusBar } from "./host/statusBar";
import { SurroundingsWatcher } from "./host/surroundings";
import {
  systemClock as clock,
  systemRandom as random,
} from "./node/systemClock";
import { ManagedProcess } from "./node/managedProcess";
import { acquireSingleInstance } from "./node/singleInstance";
import { Watchdog } from "./node/watchdog";
import { PermissionBroker } from "./permission/broker";
import { queuePaths } from "./queue/queueFolder";
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
  const identity = buildIdentity(foundation);
  const { account, signIn, localServer } = identity;
  const delivery = buildDelivery(foundation, identity);
  const conversations = buildConversations(foundation, delivery);
  const { registry, broker, watchdog } = conversations;
  const surroundings = owned.add(new SurroundingsWatcher({ account }));
  const { extensionUri } = context;
  const chat = owned.add(
    new ChatViews({ registry, broker, surroundings, extensionUri, log }),
  );
  owned.add(new AskNotifications({ broker, chat }));
  owned.add(new StatusBar({ account, delivery, signIn }));
  const commands = { account, signIn, delivery, localServer, registry, chat };
  for (const command of registerCommands({ ...commands, log })) {
    owned.add(command);
  }
  stop = async () => {
    await Promise.all([registry.stop(), delivery.stop(), localServer.stop()]);
    await watchdog.stop();
  };
  await account.reload();
}

/** VS Code waits for this: no child process is left behind. */
export async function deactivate(): Promise<void> {
  await stop?.();
  stop = undefined;
}

/** sign-in → auth → token store */
function buildIdentity({ context, owned, log, program }: Foundation) {
  const data = vscode.Uri.joinPath(context.globalStorageUri, "server");
  const place = { program: program("cloud"), dataFolder: data.fsPath };
  const localServer = owned.add(
    new LocalServer({ ...place, clock, fetch, log }),
  );
  const resolveServer = (server: string) =>
    server === localServerName ? localServer.ensure() : Promise.resolve(server);
  const createApi = async (server: string) =>
    new AuthApi({ fetch, clock }, await resolveServer(server));
  const store = new TokenStore({ secrets: context.secrets, clock, log });
  const acquireLock = (server: string, signal: AbortSignal) =>
    acquireSingleInstance(`refresh ${vscode.env.machineId} ${server}`, {
      ...{ clock, signal },
      onStandby: () => {},
    });
  const account = owned.add(
    new Account({
      ...{ store, createApi, acquireLock, clock, random, log },
      server: chosenServer,
      environmentToken: process.env["FAILPROOF_API_TOKEN"],
      newId: randomUUID,
    }),
  );
  const isPersistent = () => store.isPersistent;
  const signIn = owned.add(
    new SignIn({ account, createApi, isPersistent, clock, random, log }),
  );
  return { localServer, resolveServer, account, signIn };
}

/** hook → queue → relay → server */
function buildDelivery(
  { owned, log, program }: Foundation,
  { account, resolveServer }: ReturnType<typeof buildIdentity>,
) {
  const relay = { build: version, clock, random, log };
  const finder = new RelayFinder({ ...program("relay"), ...relay });
  const supervisor = owned.add(new RelaySupervisor({ finder, ...relay }));
  const paths = queuePaths(process.env);
  return owned.add(
    new DeliveryHost({ account, supervisor, paths, resolveServer, clock, log }),
  );
}

/** prompt → session → cli → translate */
function buildConversations(
  { owned, log, program }: Foundation,
  delivery: DeliveryHost,
) {
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
        onHook: (payload) => delivery.record(payload),
        startCli: cliStarter({ clock, log, watchdog }, folder),
      }),
    }),
  );
  owned.add(
    broker.onDidClose((closed) =>
      delivery.recordDecision(closed, registry.get(closed.conversationId)),
    ),
  );
  return { registry, broker, watchdog };
}
