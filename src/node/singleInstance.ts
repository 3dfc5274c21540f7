import { rmSync } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type DisposableLike, toDisposable } from "../base/lifecycle";
import { type Clock, sleep } from "../base/clock";
import { isSocketFile, socketAddress } from "./socketAddress";

/** A guard file older than this belongs to a process that died while it held it. */
const staleGuardMs = 5_000;
const retryMs = 20;

export interface SingleInstanceOptions {
  clock: Clock;
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called once when another process holds the lock and this one waits for it. */
  onStandby(): void;
}

/**
 * Waits until this process holds the machine-wide lock `name`, and gives it;
 * undefined when the signal ended the wait. The lock is a bound socket (an
 * abstract one on Linux, a named pipe on Windows), so the kernel frees it when
 * its holder dies, however it dies. Whoever waits holds a connection to the
 * holder and is woken by its end: nothing polls.
 *
 * `name` should hold something that other users of the machine cannot guess.
 */
export async function acquireSingleInstance(
  name: string,
  options: SingleInstanceOptions,
): Promise<DisposableLike | undefined> {
  const address = socketAddress(name);
  let hasToldStandby = false;
  while (!options.signal.aborted) {
    const lock = await bind(address);
    if (lock) {
      return lock;
    }
    const holder = await reach(address);
    if (!holder) {
      // Freed between the two tries, or stale: a short pause, then once more.
      await removeStale(address, options.clock);
      await sleep(options.clock, retryMs, options.signal);
      continue;
    }
    if (!hasToldStandby) {
      hasToldStandby = true;
      options.onStandby();
    }
    await endOf(holder, options.signal);
  }
  return undefined;
}

function bind(address: string): Promise<DisposableLike | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<Socket>();
    const server: Server = createServer((socket) => {
      waiting.add(socket);
      // Whoever waits must not keep the holder alive either.
      socket.unref();
      socket.on("error", () => {});
      socket.on("close", () => waiting.delete(socket));
      socket.resume();
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen(address, () => {
      // The lock alone must not keep the process alive.
      server.unref();
      resolve(
        // Once at most: later the address may be another holder's.
        toDisposable(() => {
          server.close();
          for (const socket of waiting) {
            socket.destroy();
          }
          if (isSocketFile(address)) {
            rmSync(address, { force: true });
          }
        }),
      );
    });
  });
}

function reach(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(undefined));
  });
}

function endOf(holder: Socket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => holder.destroy();
    signal.addEventListener("abort", done, { once: true });
    holder.on("error", () => {});
    holder.on("close", () => {
      signal.removeEventListener("abort", done);
      resolve();
    });
    holder.resume();
    if (signal.aborted) {
      done();
    }
  });
}

/**
 * A socket in the file system outlives its holder. Two waiters must not both
 * remove it (the second would remove the first one's fresh socket), so the
 * probe is repeated and the removal done under a guard file.
 */
async function removeStale(address: string, clock: Clock): Promise<void> {
  if (!isSocketFile(address)) {
    return;
  }
  const guard = `${address}.guard`;
  try {
    await (await open(guard, "wx", 0o600)).close();
  } catch {
    const held = await stat(guard).catch(() => undefined);
    if (held && clock.now() - held.mtimeMs > staleGuardMs) {
      await rm(guard, { force: true });
    }
    return;
  }
  try {
    const holder = await reach(address);
    if (holder) {
      holder.destroy();
    } else {
      await rm(address, { force: true });
    }
  } finally {
    await rm(guard, { force: true });
  }
}
