import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
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
import { editorNode, nodeEnvironment } from "./host/editorNode";
import { LocalServer } from "./host/localServer";
import { ChannelLogger } from "./host/log";
import { SignIn } from "./host/signIn";
import { StatusBar } from "./host/statusBar";
import { SurroundingsWatcher } from "./host/surroundings";
import {
  systemClock as clock,
  systemRandom as random,
} from "./node/systemClock";
import { ManagedProcess } from "./node/managedProcess";
import { Watchdog } from "./node/watchdog";
import { PermissionBroker } from "./permission/broker";
import { queuePaths } from "./queue/queueFolder";
import { RelaySupervisor } from "./relay/supervisor";
import { SessionRegistry } from "./session/registry";

/** Everything that must be over before the window may go; set while active. */
let stop: (() => Promise<void>) | undefined;

/** The composition root: builds the graph, and nothing else. */
export async function activate(
  context: vscode.ExtensionContext,
): Promise<void> {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);
  const log = owned.add(new ChannelLogger());
  const program = (name: string) => context.asAbsolutePath(`dist/${name}.js`);

  const localServer = owned.add(
    new LocalServer({
      program: program("cloud"),
      dataFolder: vscode.Uri.joinPath(context.globalStorageUri, "server")
        .fsPath,
      clock,
      fetch,
      log,
    }),
  );
  const resolveServer = (server: string) =>
    server === localServerName ? localServer.ensure() : Promise.resolve(server);
  const createApi = async (server: string) =>
    new AuthApi({ fetch, clock }, await resolveServer(server));

  const store = new TokenStore({ secrets: context.secrets, log });
  const account = owned.add(new Account({ store, createApi, clock, log }));
  const supervisor = owned.add(
    new RelaySupervisor({
      command: editorNode,
      args: [program("relay")],
      env: nodeEnvironment(),
      startProcess: (options) => new ManagedProcess(options),
      clock,
      random,
      log,
    }),
  );
  const delivery = owned.add(
    new DeliveryHost({
      account,
      supervisor,
      paths: queuePaths(process.env),
      resolveServer,
      clock,
      log,
    }),
  );

  const watchdog = owned.add(
    new Watchdog({
      start: () =>
        new ManagedProcess({
          command: editorNode,
          args: [program("watchdog")],
          env: nodeEnvironment(),
          onLine: () => {},
        }),
    }),
  );
  const broker = owned.add(new PermissionBroker({ clock }));
  const registry = owned.add(
    new SessionRegistry({
      broker,
      newId: randomUUID,
      sessionDeps: (folder) => ({
        broker,
        clock,
        log,
        newId: randomUUID,
        onHook: (payload) => delivery.record(payload),
        startCli: cliStarter({ clock, log, watchdog }, folder),
      }),
    }),
  );
  owned.add(
    broker.onDidClose((closed) => {
      const session = registry.get(closed.conversationId);
      delivery.recordDecision(closed, session);
    }),
  );

  const surroundings = owned.add(new SurroundingsWatcher({ account }));
  const isPersistent = () => store.isPersistent;
  const signIn = owned.add(
    new SignIn({ account, createApi, isPersistent, clock, random, log }),
  );
  const { extensionUri } = context;
  const chat = owned.add(
    new ChatViews({ registry, broker, surroundings, extensionUri, log }),
  );
  owned.add(new AskNotifications({ broker }));
  owned.add(new StatusBar({ account, delivery, signIn }));
  for (const command of registerCommands({
    account,
    signIn,
    delivery,
    localServer,
    registry,
    chat,
    log,
  })) {
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
