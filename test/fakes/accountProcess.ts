/**
 * A window's account in a process of its own: `accountProcess.js FOLDER SERVER
 * LOCK NOW`. The storage is FOLDER's files, the lock and the server are real,
 * and the time is what it is told. Each line of its stdin is a step, and
 * answered with a line that says how it stands after it.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { Account } from "../../src/auth/account";
import { AuthApi } from "../../src/auth/authApi";
import { TokenStore } from "../../src/auth/tokenStore";
import { nullLogger } from "../../src/base/log";
import { acquireSingleInstance } from "../../src/node/singleInstance";
import { systemClock, systemRandom } from "../../src/node/systemClock";
import { type AccountReport, accountStepSchema } from "./accountSteps";
import { FakeClock } from "./fakeClock";
import { FileSecrets } from "./fileSecrets";

/** More than the pause between two looks. */
const lookMs = 1_500;

async function main(): Promise<void> {
  const [folder = "", server = "", lockName = "", now = ""] =
    process.argv.slice(2);
  const clock = new FakeClock(Number(now));
  let refreshes = 0;
  const countingFetch: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    refreshes += pathname.endsWith("/refresh") ? 1 : 0;
    return fetch(input, init);
  };
  const api = new AuthApi({ fetch: countingFetch, clock: systemClock }, server);
  const secrets = new FileSecrets(folder);
  const account = new Account({
    store: new TokenStore({ secrets, clock, log: nullLogger }),
    createApi: () => Promise.resolve(api),
    acquireLock: (_, signal) =>
      acquireSingleInstance(lockName, {
        clock: systemClock,
        signal,
        onStandby() {},
      }),
    server: { current: server, onDidChange: () => ({ dispose() {} }) },
    environmentToken: undefined,
    clock,
    random: systemRandom,
    newId: randomUUID,
    log: nullLogger,
  });
  await account.reload();
  const report = () => {
    const { state } = account;
    const line: AccountReport = {
      kind: state.kind,
      isOffline: state.kind === "signedIn" && state.isOffline,
      token: account.accessCredential?.accessToken ?? null,
      refreshes,
    };
    refreshes = 0;
    console.log(JSON.stringify(line));
  };
  report();
  for await (const text of createInterface({ input: process.stdin })) {
    const { sleptMs, then } = v.parse(accountStepSchema, JSON.parse(text));
    // The last moment of the sleep is for the timers; all windows have the same time after it.
    clock.jump(then === "timer" ? sleptMs - lookMs : sleptMs);
    if (then === "signOut") {
      await account.signOut();
    } else {
      if (then === "timer") {
        await clock.advance(lookMs);
      }
      await account.accessToken();
    }
    report();
  }
  account.dispose();
}

void main();
