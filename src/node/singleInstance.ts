import { createHash } from "node:crypto";
import { open, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DisposableLike, toDisposable } from "../base/lifecycle";
import { type Clock, sleep } from "../base/clock";

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
  const address = instanceAddress(name);
  let hasToldStandby = false;
  while (!options.signal.aborted) {
    const lock = await bind(address, (socket) => {
      // Whoever waits must not keep the holder alive.
      socket.unref();
      socket.on("error", () => {});
      socket.resume();
    });
    if (lock) {
      // Nor must the lock alone.
      lock.server.unref();
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

/**
 * Takes the address if nobody has it, and serves it; undefined when another
 * process does. Disposing lets go of it and cuts every connection. Throws what
 * the system threw for another reason.
 */
export async function serveAsSingleInstance(
  address: string,
  clock: Clock,
  onConnection: (socket: Socket) => void,
): Promise<DisposableLike | undefined> {
  for (;;) {
    const lock = await bind(address, onConnection);
    if (lock) {
      return lock;
    }
    const holder = await reach(address);
    if (holder) {
      holder.destroy();
      return undefined;
    }
    await removeStale(address, clock);
    await sleep(clock, retryMs);
  }
}

/**
 * Where the one process called `name` listens: an abstract socket on Linux, a
 * named pipe on Windows, else a socket in the user's temporary folder.
 */
export function instanceAddress(name: string): string {
  const id = createHash("sha256").update(name).digest("hex").slice(0, 32);
  switch (process.platform) {
    case "linux":
      return `\0failproof-${id}`;
    case "win32":
      return `\\\\.\\pipe\\failproof-${id}`;
    default:
      return join(tmpdir(), `failproof-${id}.sock`);
  }
}

interface Bound extends DisposableLike {
  server: Server;
}

/** On Linux and Windows nothing is left in the file system. */
function isPath(address: string): boolean {
  return process.platform !== "win32" && !address.startsWith("\0");
}

function bind(
  address: string,
  onConnection: (socket: Socket) => void,
): Promise<Bound | undefined> {
  return new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      onConnection(socket);
    });
    server.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        resolve(undefined);
      } else {
        reject(error);
      }
    });
    server.listen(address, () => {
      resolve({
        server,
        // Once at most: later the address may be another holder's. A socket in
        // the file system is removed by `close`.
        ...toDisposable(() => {
          server.close();
          for (const socket of sockets) {
            socket.destroy();
          }
        }),
      });
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
  if (!isPath(address)) {
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
