import { createHmac, randomBytes, randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { Account } from "../auth/account";
import { AuthApi } from "../auth/authApi";
import { localServer as localServerName } from "../auth/serverUrl";
import { TokenStore } from "../auth/tokenStore";
import { messageOf } from "../base/errors";
import type { DisposableStore } from "../base/lifecycle";
import { acquireSingleInstance } from "../node/singleInstance";
import {
  systemClock as clock,
  systemRandom as random,
} from "../node/systemClock";
import { WindowBus } from "../node/windowBus";
import { readInstallKey } from "../queue/installKey";
import type { QueuePaths } from "../queue/queueFolder";
import type { Program } from "./editorNode";
import { LocalServer } from "./localServer";
import type { ChannelLogger } from "./log";
import { QueueOwner } from "./queueOwner";
import { chosenServer } from "./settings";
import { SharedSecrets } from "./sharedSecrets";
import { SignIn } from "./signIn";
import { SignInWays } from "./signInWays";

export interface IdentityDeps {
  context: vscode.ExtensionContext;
  owned: DisposableStore;
  log: ChannelLogger;
  program: (name: string) => Program;
  paths: QueuePaths;
}

/** sign-in → auth → token store, wired. */
export function createIdentity({
  context,
  owned,
  log,
  program,
  paths,
}: IdentityDeps) {
  const installKey = installKeyOrAnother(paths, log);
  const data = vscode.Uri.joinPath(context.globalStorageUri, "server");
  const localServer = owned.add(
    new LocalServer({
      program: program("cloud"),
      dataFolder: data.fsPath,
      ...{ clock, fetch, log },
    }),
  );
  const resolveServer = (server: string) =>
    server === localServerName ? localServer.ensure() : Promise.resolve(server);
  const createApi = async (server: string) =>
    new AuthApi({ fetch, clock }, await resolveServer(server));
  const bus = owned.add(
    // Another build of VS Code has other secrets: its windows are not these.
    new WindowBus({
      name: `windows:${vscode.env.appName}:${installKey}`,
      ...{ key: installKey, clock, log },
    }),
  );
  const secrets = owned.add(
    new SharedSecrets({ storage: context.secrets, bus, clock }),
  );
  const store = new TokenStore({ secrets, clock, log });
  const account = owned.add(
    new Account({
      ...{ store, createApi, clock, random, log },
      newId: randomUUID,
      environmentToken: process.env["FAILPROOF_API_TOKEN"],
      server: chosenServer,
      acquireLock: (serverUrl, signal) =>
        acquireSingleInstance(`refresh:${installKey}:${serverUrl}`, {
          ...{ clock, signal },
          onStandby: () => {},
        }),
    }),
  );
  const ways = owned.add(
    new SignInWays({ agentId: agentId(installKey), clock, random, log }),
  );
  const owner = new QueueOwner({ paths, installKey, clock });
  const isPersistent = () => store.isPersistent;
  const signIn = owned.add(
    new SignIn({ account, createApi, ways, owner, isPersistent, log }),
  );
  const parts = { localServer, resolveServer, bus, store };
  return { ...parts, installKey, account, owner, signIn };
}

/** Where it cannot be kept, this window is alone: the others have another one. */
function installKeyOrAnother(paths: QueuePaths, log: ChannelLogger): string {
  try {
    return readInstallKey(paths);
  } catch (error) {
    log.warn(`The key of this installation: ${messageOf(error)}`);
    return randomBytes(32).toString("hex");
  }
}

/** A random id of this installation: nothing can be learnt from it, and it needs no file of its own. */
function agentId(installKey: string): string {
  const hex = createHmac("sha256", installKey).update("agent-id").digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
