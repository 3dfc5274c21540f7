import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, sleep } from "../base/clock";
import { messageOf } from "../base/errors";
import { ManagedProcess, type ProcessEnd } from "../node/managedProcess";
import { ensurePrivateFolder, privateFileMode } from "../node/privateFiles";
import { hasCode } from "../queue/fileErrors";
import { queuePaths, type QueuePaths } from "../queue/queueFolder";
import { isMarkedSignedIn, setSignedInMarker } from "../queue/signedInMarker";
import type { HookEntry } from "./hookEntries";

/** Whether the installed hook works, and how it does not. */
export type CanaryOutcome =
  | { kind: "arrived"; /** From the start of the hook. */ inMs: number }
  /** Nobody is signed in, so the hook would queue nothing. */
  | { kind: "signedOut" }
  /** The queue's folder takes no file; the file system's words. */
  | { kind: "notWritable"; reason: string }
  /** The launcher, the hook's script or every Node for it is gone. */
  | { kind: "programMissing" }
  /** The hook said that all is well, and no event came. */
  | { kind: "timedOut" }
  | { kind: "failed"; exitCode: number | null; stderr: string };

export interface CanaryDeps {
  paths: QueuePaths;
  clock: Clock;
  /** The environment that an agent has. */
  env: NodeJS.ProcessEnv;
}

const canaryLimitMs = 5_000;
const pollMs = 20;
/** What a shell says of a command that is not there; the launcher's word for it here. */
const missingExitCode = 127;
const stderrTailLength = 1_000;

/**
 * Runs the hook as the CLI would: its command and arguments, no shell, JSON on
 * stdin. The event goes to a private home beside the real queue, under the
 * same conditions, and is removed with it: nothing made up reaches the server,
 * and a relay that claims the queue at any moment cannot hide it. Whether the
 * real queue takes a file is tried by itself. Never throws.
 */
export async function runCanary(
  deps: CanaryDeps,
  { command, args }: Pick<HookEntry, "command" | "args">,
): Promise<CanaryOutcome> {
  const { paths } = deps;
  if (!isMarkedSignedIn(paths)) {
    return { kind: "signedOut" };
  }
  const home = join(paths.home, `canary-${randomUUID()}`);
  const own = queuePaths({ FAILPROOFAI_HOME: home });
  try {
    await tryToWrite(paths.folder);
    await ensurePrivateFolder(home);
    setSignedInMarker(own);
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    return { kind: "notWritable", reason: messageOf(error) };
  }
  try {
    return await observe(deps, own, { command, args });
  } finally {
    // A hook that comes late may be writing into it.
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A file of some size, so that a full disk shows too. */
async function tryToWrite(folder: string): Promise<void> {
  await ensurePrivateFolder(folder);
  const probe = join(folder, `canary-${randomUUID()}.tmp`);
  try {
    await writeFile(probe, Buffer.alloc(4096), { mode: privateFileMode });
  } finally {
    await rm(probe, { force: true });
  }
}

async function observe(
  { clock, env }: CanaryDeps,
  own: QueuePaths,
  { command, args }: Pick<HookEntry, "command" | "args">,
): Promise<CanaryOutcome> {
  const startedAt = clock.now();
  const sessionId = `failproof-canary-${randomUUID()}`;
  let stderr = "";
  const hook = new ManagedProcess({
    command,
    args,
    env: canaryEnvironment(env, own),
    onLine: () => {},
    onStderr: (text) => {
      stderr = (stderr + text).slice(-stderrTailLength);
    },
  });
  let end: ProcessEnd | undefined;
  void hook.ended.then((ended) => {
    end = ended;
  });
  hook.writeLine(
    JSON.stringify({
      session_id: sessionId,
      hook_event_name: "FailproofCanary",
    }),
  );
  hook.endInput();
  try {
    for (;;) {
      if ((await textOf(own.pending)).includes(sessionId)) {
        return { kind: "arrived", inMs: clock.now() - startedAt };
      }
      const problem = end && problemOf(end, stderr);
      if (problem) {
        return problem;
      }
      if (clock.now() - startedAt >= canaryLimitMs) {
        return { kind: "timedOut" };
      }
      await sleep(clock, pollMs);
    }
  } finally {
    hook.dispose();
    await hook.ended;
  }
}

function canaryEnvironment(
  env: NodeJS.ProcessEnv,
  own: QueuePaths,
): NodeJS.ProcessEnv {
  return {
    ...env,
    // The editor may itself run in a chat of ours.
    FAILPROOF_CHAT: undefined,
    FAILPROOFAI_HOME: own.home,
    FAILPROOF_CANARY: String(missingExitCode),
  };
}

function problemOf(
  { code, error }: ProcessEnd,
  stderr: string,
): CanaryOutcome | undefined {
  if (code === missingExitCode || hasCode(error, "ENOENT")) {
    return { kind: "programMissing" };
  }
  if (code === 0) {
    // It has handed the event on; the event is on its way.
    return undefined;
  }
  return {
    kind: "failed",
    exitCode: code,
    stderr: stderr.trim() || (error ? messageOf(error) : ""),
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) {
      return "";
    }
    throw error;
  }
}
