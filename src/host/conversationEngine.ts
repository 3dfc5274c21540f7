import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import { type DisposableStore, toDisposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { CliStart } from "../cli/arguments";
import type { CliInspector } from "../cli/inspect";
import { ManagedProcess } from "../node/managedProcess";
import { ProcessLedger } from "../node/processLedger";
import { reapOrphans } from "../node/reapOrphans";
import { Watchdog } from "../node/watchdog";
import { WindowBus } from "../node/windowBus";
import type { PermissionBroker } from "../permission/broker";
import type { ConversationEvent } from "../protocol/conversation";
import { ConversationFiles } from "../session/conversationFiles";
import { ProcessList } from "../session/processList";
import { SessionRegistry } from "../session/registry";
import type { Session } from "../session/session";
import { SessionLocks } from "../session/sessionLocks";
import { cliStarter } from "./cliStarter";
import type { Program } from "./editorNode";
import { idleMinutes, onDidChangeIdleMinutes } from "./settings";

export interface ConversationEngineDeps {
  owned: DisposableStore;
  broker: PermissionBroker;
  inspector: CliInspector;
  clock: Clock;
  log: Logger;
  /** dist/watchdog.js */
  watchdogProgram: Program;
  /** What the CLI's hooks report; must return at once. */
  onHook: (payload: unknown) => void;
  onEvent: (event: ConversationEvent, session: Session) => void;
  /** A process has been started; `ended` resolves with its end. */
  onProcess: (start: CliStart, ended: Promise<unknown>) => void;
  /** What only this user's processes know; it keeps a conversation to one window. */
  userKey: string;
  /** For what is about this machine, and for what is about this workspace. */
  machineFolder: string;
  workspaceFolder: string;
}

/** Everything that conversations need, put together. `start` comes first, `stop` last. */
export function createConversationEngine(deps: ConversationEngineDeps) {
  const { owned, broker, clock, log, userKey: key } = deps;
  const { onHook, onEvent } = deps;
  const ledgerFolder = join(deps.machineFolder, "processes");
  const ledger = owned.add(new ProcessLedger(ledgerFolder));
  const startWatchdog = () =>
    new ManagedProcess({ ...deps.watchdogProgram, onLine: () => {} });
  const watchdog = owned.add(new Watchdog({ start: startWatchdog }));
  const name = `${key}:conversations`;
  const bus = owned.add(new WindowBus({ name, key, clock, log }));
  const registry = owned.add(
    new SessionRegistry({
      ...{ broker, clock, log, onHook, onEvent, newId: randomUUID },
      locks: owned.add(new SessionLocks({ key, bus, clock })),
      storage: new ConversationFiles({
        ...{ folder: join(deps.workspaceFolder, "queues"), clock, log },
      }),
      idle: {
        minutes: idleMinutes,
        onDidChange: (listener) => {
          const change = onDidChangeIdleMinutes(() => listener());
          return toDisposable(() => void change.dispose());
        },
      },
      startCli: cliStarter({ ...deps, watchdog, ledger }),
    }),
  );
  return {
    registry,
    processes: new ProcessList({ ledger, registry, clock }),
    start: async () => {
      void bus.start();
      void reap(ledgerFolder, clock, log);
      const [restored] = await registry.restore();
      if (restored && !registry.current) {
        registry.show(restored);
      }
    },
    stop: async () => {
      await registry.stop();
      await watchdog.stop();
    },
  };
}

async function reap(folder: string, clock: Clock, log: Logger): Promise<void> {
  try {
    const pids = await reapOrphans(folder, clock);
    if (pids.length > 0) {
      log.info(`Ended what a dead window had left: ${pids.join(", ")}`);
    }
  } catch (error) {
    log.warn(`Nobody looked for orphans: ${messageOf(error)}`);
  }
}
