/**
 * A host of conversations without an editor: `conversationHost.js OPTIONS`. It
 * puts together what the extension does, ends what a dead host has left, sends
 * a prompt, allows whatever it asks for, and then waits to be killed. Each line
 * that it prints is a JSON object.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { nullLogger as log } from "../../src/base/log";
import { chatHookEvents } from "../../src/cli/hookEvents";
import { ManagedProcess } from "../../src/node/managedProcess";
import { ProcessLedger } from "../../src/node/processLedger";
import { reapOrphans } from "../../src/node/reapOrphans";
import { systemClock as clock } from "../../src/node/systemClock";
import { Watchdog } from "../../src/node/watchdog";
import { WindowBus } from "../../src/node/windowBus";
import { PermissionBroker } from "../../src/permission/broker";
import { CliLauncher } from "../../src/session/cliLauncher";
import { ConversationFiles } from "../../src/session/conversationFiles";
import { ProcessList } from "../../src/session/processList";
import { SessionRegistry } from "../../src/session/registry";
import { SessionLocks } from "../../src/session/sessionLocks";

interface HostOptions {
  cliPath: string;
  watchdogPath: string;
  /** Where the agent works. */
  folder: string;
  /** Where the host keeps what must outlive it. */
  dataFolder: string;
  key: string;
  /** None: nothing is sent, there is only a process in advance. */
  prompt: string | null;
}

const options = JSON.parse(process.argv[2] ?? "") as HostOptions;
const tell = (line: object) =>
  process.stdout.write(`${JSON.stringify(line)}\n`);

async function main(): Promise<void> {
  const { cliPath, watchdogPath, folder, dataFolder, key, prompt } = options;
  const ledgerFolder = join(dataFolder, "processes");
  const ledger = new ProcessLedger(ledgerFolder);
  const startWatchdog = () => {
    const dog = new ManagedProcess({
      command: process.execPath,
      args: [watchdogPath],
      env: process.env,
      onLine: () => {},
    });
    tell({ watchdog: dog.pid });
    return dog;
  };
  const watchdog = new Watchdog({ start: startWatchdog });
  const broker = new PermissionBroker({ clock });
  const bus = new WindowBus({ name: key, key, clock, log });
  const launcher = new CliLauncher({
    ...{ watchdog, ledger, clock, log, hookEvents: chatHookEvents },
    locate: () => Promise.resolve(cliPath),
    env: () => process.env,
  });
  const registry = new SessionRegistry({
    ...{
      broker,
      clock,
      log,
      newId: randomUUID,
      onHook: () => {},
      onEvent: () => {},
    },
    locks: new SessionLocks({ key, bus, clock }),
    storage: new ConversationFiles({
      ...{ folder: join(dataFolder, "queues"), clock, log },
    }),
    idle: { minutes: () => 30, onDidChange: () => ({ dispose: () => {} }) },
    startCli: (start) => launcher.launch(start),
  });
  broker.onDidOpen(({ ask }) => broker.answer(ask.id, "allow", "chat"));
  tell({ reaped: await reapOrphans(ledgerFolder, clock) });
  void bus.start();
  const session = registry.create(folder);
  session.onDidEvent((event) => {
    if (event.type === "activity") {
      tell({ activity: event.activity, pid: session.pid });
    }
  });
  if (prompt !== null) {
    session.send(randomUUID(), prompt);
  }
  // A second one beside it, as after the focus of another chat.
  registry.prewarm(folder, { permissionMode: "plan" });
  const processes = new ProcessList({ ledger, registry, clock });
  process.stdin.on("data", () => {
    void processes.read().then((rows) => tell({ rows }));
  });
}

void main();
