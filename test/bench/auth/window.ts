/**
 * A window's account in a process of its own, in real time: `window.js FOLDER
 * SERVER`. Prints "signedIn" or "signedOut" whenever that changes; takes
 * "reload" and "signOut", a line each.
 */
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { Account } from "../../../src/auth/account";
import { AuthApi } from "../../../src/auth/authApi";
import { TokenStore } from "../../../src/auth/tokenStore";
import { nullLogger } from "../../../src/base/log";
import { acquireSingleInstance } from "../../../src/node/singleInstance";
import {
  systemClock as clock,
  systemRandom as random,
} from "../../../src/node/systemClock";
import { FileSecrets } from "../../fakes/fileSecrets";

async function main(): Promise<void> {
  const [folder = "", server = ""] = process.argv.slice(2);
  const log = nullLogger;
  const api = new AuthApi({ fetch, clock }, server);
  const secrets = new FileSecrets(folder);
  const account = new Account({
    store: new TokenStore({ secrets, clock, log }),
    createApi: () => Promise.resolve(api),
    acquireLock: (_, signal) =>
      acquireSingleInstance(folder, { clock, signal, onStandby() {} }),
    server: { current: server, onDidChange: () => ({ dispose() {} }) },
    environmentToken: undefined,
    newId: randomUUID,
    ...{ clock, random, log },
  });
  account.onDidChange(({ kind }) => console.log(kind));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "signOut") {
      void account.signOut();
    } else {
      await account.reload();
    }
  }
  account.dispose();
}

void main();
