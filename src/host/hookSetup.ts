import * as vscode from "vscode";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import type { Logger } from "../base/log";
import { type CanaryOutcome, runCanary } from "../hook/canary";
import { hookEntries } from "../hook/hookEntries";
import { hookFiles } from "../hook/hookFiles";
import {
  type HookScope,
  type InstallOutcome,
  installHooks,
  removeHooks,
  settingsPath,
} from "../hook/install";
import { type ProgramDeps, refreshProgram } from "../hook/program";
import type { QueuePaths } from "../queue/queueFolder";
import { cliEnvironment } from "./editorNode";
import { workspaceFolder } from "./surroundings";

export interface HookSetupDeps {
  paths: QueuePaths;
  /** The extension's dist/hook.js. */
  builtScript: string;
  clock: Clock;
  log: Logger;
}

/** `Install Claude Code Hooks` and `Remove …`: what agents do outside the chat is recorded, too. */
export class HookSetup {
  constructor(private readonly deps: HookSetupDeps) {}

  async install(): Promise<void> {
    const scope = await askForScope("Record what Claude Code does");
    if (!scope) {
      return;
    }
    const outcome = await installHooks(
      { ...this.#program, env: process.env },
      scope,
    );
    if (this.#isLeftAlone(outcome)) {
      return;
    }
    const what =
      outcome.kind === "changed"
        ? `Hooks installed in ${outcome.path}.`
        : `The hooks are in ${outcome.path} already.`;
    const canary = await this.#tryOut();
    const ignored =
      outcome.kind === "changed" && outcome.isIgnored
        ? " But Claude Code reads nothing of that file while it has comments or trailing commas: take them out."
        : "";
    await this.#tell(`${what} ${sentenceOf(canary)}${ignored}`, outcome);
  }

  async remove(): Promise<void> {
    const scope = await askForScope("Record Claude Code no longer");
    if (!scope) {
      return;
    }
    const outcome = await removeHooks(
      { home: this.deps.paths.home, clock: this.deps.clock, env: process.env },
      scope,
    );
    if (!this.#isLeftAlone(outcome)) {
      await this.#tell(
        outcome.kind === "changed"
          ? `Hooks removed from ${outcome.path}. What agents do outside the chat is no longer recorded.`
          : `There are no hooks of Failproof's in ${outcome.path}.`,
        outcome,
      );
    }
  }

  /** An update of the editor or of the extension moves what the installed hook needs. */
  async refresh(): Promise<void> {
    try {
      await refreshProgram(this.#program);
    } catch (error) {
      this.deps.log.warn(`The installed hook: ${messageOf(error)}`);
    }
  }

  /** With one of those that are installed; they differ in the event's name only. */
  async #tryOut(): Promise<CanaryOutcome | undefined> {
    const { paths, clock } = this.deps;
    const { launcher } = hookFiles(paths.home);
    const entry = hookEntries(launcher).get("PreToolUse");
    return entry && runCanary({ paths, clock, env: cliEnvironment() }, entry);
  }

  get #program(): ProgramDeps {
    const { paths, builtScript, clock } = this.deps;
    return {
      home: paths.home,
      builtScript,
      nodes: [process.execPath],
      clock,
    };
  }

  #isLeftAlone({ kind, path }: InstallOutcome): boolean {
    const sentence = {
      changed: undefined,
      unchanged: undefined,
      unreadable: `${path} cannot be read as JSON, and was left as it is. Mend it, then run the command again.`,
      wrongShape: `In ${path} the hooks are not in the form that Claude Code knows; it was left as it is. Mend it, then run the command again.`,
      busy: `Another program keeps writing to ${path}; it was left as it is. Run the command again.`,
    }[kind];
    if (sentence === undefined) {
      return false;
    }
    const open = "Open the File";
    void vscode.window
      .showWarningMessage(sentence, open)
      .then((choice) =>
        choice === open
          ? vscode.window.showTextDocument(vscode.Uri.file(path))
          : undefined,
      );
    return true;
  }

  async #tell(sentence: string, outcome: InstallOutcome): Promise<void> {
    const open = "Open the File";
    const undo = "Undo";
    const isChanged = outcome.kind === "changed";
    const choice = await vscode.window.showInformationMessage(
      sentence,
      ...(isChanged ? [undo] : []),
      open,
    );
    if (choice === open) {
      await vscode.window.showTextDocument(vscode.Uri.file(outcome.path));
    } else if (choice === undo && isChanged) {
      const undone = await outcome.undo();
      void vscode.window.showInformationMessage(
        undone === "undone"
          ? `${outcome.path} is as it was before.`
          : `${outcome.path} has been changed since, and was left as it is now. Remove the hooks with Failproof: Remove Claude Code Hooks.`,
      );
    }
  }
}

function sentenceOf(canary: CanaryOutcome | undefined): string {
  switch (canary?.kind) {
    case "arrived":
      return `A try has arrived in the queue after ${(canary.inMs / 1000).toFixed(1)} s.`;
    case "signedOut":
      return "Sign in: until then nothing is recorded.";
    case "notWritable":
      return `But the queue's folder takes no file: ${canary.reason}.`;
    case "programMissing":
      return "But the hook's program is gone. Install the hooks again.";
    case "timedOut":
      return "But a try has not arrived in the queue within 5 s. Failproof: Show Log may say why.";
    case "failed":
      return `But a try has failed (${canary.exitCode ?? "no exit code"}): ${canary.stderr}`;
    case undefined:
      return "";
  }
}

/** Of a folder that is not trusted nothing is written either. */
async function askForScope(title: string): Promise<HookScope | undefined> {
  const folder = vscode.workspace.isTrusted ? workspaceFolder() : undefined;
  const user = {
    label: "$(person) In all folders",
    detail: settingsPath({ kind: "user" }, process.env),
    scope: { kind: "user" } as HookScope,
  };
  if (folder === undefined) {
    return user.scope;
  }
  const scope: HookScope = { kind: "project", folder };
  const project = {
    label: "$(folder) In this folder only",
    detail: settingsPath(scope, process.env),
    scope,
  };
  const choice = await vscode.window.showQuickPick([user, project], { title });
  return choice?.scope;
}
