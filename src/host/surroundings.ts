import { homedir } from "node:os";
import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import { AppError } from "../base/errors";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { CliCheck, CliInspector } from "../cli/inspect";
import type { Readiness, Surroundings } from "../protocol/chatMessages";
import { cliEnvironment } from "./editorNode";
import { configuredCliPath, onDidChangeCliPath } from "./settings";

/** Set by `npm start -- --demo`: the API behind the CLI is a scripted model. */
const demoVariable = "FAILPROOF_DEMO";

/** What the chat must know beside the conversation: can a prompt be sent, and who is signed in. */
export class SurroundingsWatcher extends Disposable {
  readonly #onDidChange = this.register(new Emitter<Surroundings>());
  readonly onDidChange = this.#onDidChange.event;
  #readiness: Readiness = { kind: "ready" };

  constructor(
    private readonly deps: { account: Account; inspector: CliInspector },
  ) {
    super();
    const check = () => void this.check();
    this.register(deps.account.onDidChange(() => this.#tell()));
    this.register(vscode.workspace.onDidGrantWorkspaceTrust(check));
    this.register(vscode.workspace.onDidChangeWorkspaceFolders(check));
    this.register(onDidChangeCliPath(check));
  }

  get current(): Surroundings {
    const { state } = this.deps.account;
    return {
      readiness: this.#readiness,
      isDemo: process.env[demoVariable] === "1",
      signedInAs: state.kind === "signedIn" ? nameOf(state) : null,
    };
  }

  /** Looks again whether a prompt could be sent now. */
  async check(): Promise<Readiness> {
    const before = JSON.stringify(this.#readiness);
    this.#readiness = await readiness(this.deps.inspector);
    if (JSON.stringify(this.#readiness) !== before) {
      this.#tell();
    }
    return this.#readiness;
  }

  #tell(): void {
    if (!this.isDisposed) {
      this.#onDidChange.fire(this.current);
    }
  }
}

/** The folder that a new conversation works in; undefined when none is open. */
export function workspaceFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.find(
    ({ uri }) => uri.scheme === "file",
  )?.uri.fsPath;
}

/** The CLI's path. Throws AppError `untrusted-workspace` or one of the `cli-…`: nothing runs where nothing may. */
export async function requireCli(inspector: CliInspector): Promise<string> {
  if (!vscode.workspace.isTrusted) {
    throw new AppError("untrusted-workspace", "The folder is not trusted");
  }
  const check = await findCli(inspector);
  switch (check.kind) {
    case "found":
      return check.path;
    case "missing":
      throw new AppError("cli-not-found", check.looked.join(", "));
    case "notExecutable":
      throw new AppError("cli-not-executable", check.path);
    case "tooOld":
      throw new AppError(
        "cli-too-old",
        `${check.path} is ${check.version}, needed is ${check.oldest}`,
      );
    case "unusable":
      throw new AppError("cli-unusable", `${check.path}: ${check.reason}`);
  }
}

/** Of a CLI that is there but cannot be used, the first prompt says why. */
async function readiness(inspector: CliInspector): Promise<Readiness> {
  if (workspaceFolder() === undefined) {
    return { kind: "noFolder" };
  }
  if (!vscode.workspace.isTrusted) {
    return { kind: "untrusted" };
  }
  const check = await findCli(inspector);
  return check.kind === "missing" || check.kind === "notExecutable"
    ? { kind: "noCli", looked: check.looked }
    : { kind: "ready" };
}

function findCli(inspector: CliInspector): Promise<CliCheck> {
  return inspector.inspect({
    configuredPath: configuredCliPath(),
    // It is asked for its version: a child, which gets no credential of the user's.
    env: cliEnvironment(),
    home: homedir(),
    platform: process.platform,
  });
}
