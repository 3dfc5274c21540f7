import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Account } from "../../../src/auth/account";
import { newCredential } from "../../../src/auth/credential";
import { TokenStore } from "../../../src/auth/tokenStore";
import { sleep } from "../../../src/base/clock";
import { nullLogger as log } from "../../../src/base/log";
import { ManagedProcess } from "../../../src/node/managedProcess";
import {
  systemClock as clock,
  systemRandom as random,
} from "../../../src/node/systemClock";
import { FileSecrets } from "../../fakes/fileSecrets";

const warmUpCalls = 2_000;
const serverUrl = "https://example.org";

/** Milliseconds of each call of `accessToken()` when nothing is due; throws when one read the storage. */
export async function timeAccessTokens(
  folder: string,
  calls: number,
): Promise<number[]> {
  const secrets = new FileSecrets(storageIn(folder));
  const store = new TokenStore({ secrets, clock, log });
  const account = new Account({
    ...{ store, clock, random, log },
    createApi: () => Promise.reject(new Error("Nothing is due")),
    acquireLock: () => Promise.resolve(undefined),
    server: { current: serverUrl, onDidChange: () => ({ dispose() {} }) },
    environmentToken: undefined,
    newId: randomUUID,
  });
  try {
    await account.signIn(serverUrl, signedIn());
    const readsBefore = secrets.reads;
    const times: number[] = [];
    const startedAt = performance.now();
    for (let call = 0; call < warmUpCalls + calls; call++) {
      const before = performance.now();
      const credential = await account.accessToken();
      const tookMs = performance.now() - before;
      if (!credential) {
        throw new Error("There was no token");
      }
      if (call >= warmUpCalls) {
        times.push(tookMs);
      }
    }
    // The account's own look, every 1.5 s, is the only reason to read.
    const looks = Math.ceil((performance.now() - startedAt) / 1_500);
    if (secrets.reads - readsBefore > looks) {
      throw new Error(`${secrets.reads - readsBefore} reads of the storage`);
    }
    return times;
  } finally {
    account.dispose();
  }
}

/**
 * Milliseconds from the sign-out in one window to the moment when the last of
 * the others knows, each round. Windows are processes that share a storage
 * which tells nobody of any change.
 */
export async function timeSignOuts(
  folder: string,
  script: string,
  { windows, rounds }: { windows: number; rounds: number },
): Promise<number[]> {
  const storage = storageIn(folder);
  const server = await startServer();
  const store = new TokenStore({
    ...{ secrets: new FileSecrets(storage), clock, log },
  });
  const all = Array.from(
    { length: windows },
    () => new BenchWindow([script, storage, server.url], folder),
  );
  try {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const { generation } = await store.read(server.url);
      await store.write(
        newCredential(signedIn(), clock.now(), {
          serverUrl: server.url,
          generation: generation + 1,
          signInId: randomUUID(),
        }),
      );
      const isIn = all.map((window) => window.when("signedIn"));
      all.forEach((window) => window.tell("reload"));
      await Promise.all(isIn);
      // Not in step with the looks that have just begun.
      await sleep(clock, random() * 1_500);
      const isOut = all.map((window) => window.when("signedOut"));
      const startedAt = performance.now();
      all[round % windows]?.tell("signOut");
      await Promise.all(isOut);
      times.push(performance.now() - startedAt);
    }
    return times;
  } finally {
    await Promise.all(all.map((window) => window.stop()));
    server.stop();
  }
}

class BenchWindow {
  readonly #process: ManagedProcess;
  readonly #waiting = new Map<string, () => void>();

  constructor(args: readonly string[], home: string) {
    this.#process = new ManagedProcess({
      command: process.execPath,
      args,
      env: { PATH: process.env["PATH"], HOME: home },
      onLine: (line) => this.#waiting.get(line)?.(),
    });
  }

  when(state: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(state, resolve);
      void this.#process.ended.then(({ code }) =>
        reject(new Error(`A window ended with ${code}`)),
      );
    });
  }

  tell(line: string): void {
    this.#process.writeLine(line);
  }

  async stop(): Promise<void> {
    await this.#process.stop(clock, 1_000);
  }
}

/** Takes every sign-out. */
function startServer(): Promise<{ url: string; stop(): void }> {
  const server = createServer((_, response) => response.end("{}"));
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" ? (address?.port ?? 0) : 0;
      const stop = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ url: `http://127.0.0.1:${port}`, stop });
    }),
  );
}

function storageIn(folder: string): string {
  const storage = join(folder, randomUUID());
  mkdirSync(storage, { mode: 0o700 });
  return storage;
}

function signedIn() {
  return {
    kind: "tokens",
    tokens: {
      accessToken: "dummy-access-token",
      refreshToken: "dummy-refresh-token",
      expiresInMs: 3_600_000,
    },
    user: { id: "u1", email: "ada@example.org" },
  } as const;
}
