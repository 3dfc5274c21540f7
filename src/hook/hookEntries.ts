import { isRecord } from "../base/json";
import { launcherName } from "./hookFiles";

/** A hook as the CLI's settings have it; with `args` the command is run as it is, without a shell. */
export interface HookEntry {
  type: "command";
  command: string;
  args: string[];
  /** Seconds. */
  timeout: number;
  /** The agent does not even wait for the launcher. */
  async?: true;
}

/** Far above what the launcher takes; it bounds what a stuck file system may cost the agent. */
const timeoutSeconds = 10;

/**
 * The events that the hook is installed for, and whether the CLI may run it
 * beside the agent. An async hook that has not ended when the CLI does is
 * killed or not even started (seen: an async Stop of a one-shot run, on a busy
 * machine an async PostToolUse before an end by signal), and two of them may
 * start in the wrong order. The launcher waits for no Node but in SessionEnd,
 * so "waited for" costs a millisecond or two; async is what may come late. On
 * Windows a Node would be waited for, so there the middle of a turn is async.
 */
const events: Readonly<Record<string, "async" | "middle" | "waited for">> = {
  SessionStart: "waited for",
  UserPromptSubmit: "middle",
  PreToolUse: "middle",
  PostToolUse: "middle",
  PostToolUseFailure: "middle",
  PermissionRequest: "middle",
  PermissionDenied: "middle",
  Notification: "async",
  SubagentStop: "async",
  PreCompact: "async",
  Stop: "waited for",
  StopFailure: "waited for",
  SessionEnd: "waited for",
};

/** What is installed, by event. `launcher` is the absolute path of the launcher. */
export function hookEntries(
  launcher: string,
  platform: NodeJS.Platform = process.platform,
): Map<string, HookEntry> {
  return new Map(
    Object.entries(events).map(([event, how]) => [
      event,
      {
        type: "command",
        ...commandFor(launcher, event, platform),
        timeout: timeoutSeconds,
        ...(isAsync(how, platform) ? { async: true } : {}),
      },
    ]),
  );
}

function isAsync(how: string, platform: NodeJS.Platform): boolean {
  return how === "async" || (how === "middle" && platform === "win32");
}

/** Windows runs no batch file without its interpreter. */
function commandFor(
  launcher: string,
  event: string,
  platform: NodeJS.Platform,
): { command: string; args: string[] } {
  return platform === "win32"
    ? { command: "cmd.exe", args: ["/d", "/c", launcher, event] }
    : { command: launcher, args: [event] };
}

/**
 * Whether a hook of a settings file is ours, of this version or an earlier
 * one: it runs the launcher, wherever that lay, or a hook.js out of the
 * extension's folder.
 */
export function isOurs(hook: unknown): boolean {
  if (!isRecord(hook) || typeof hook["command"] !== "string") {
    return false;
  }
  const args: unknown[] = Array.isArray(hook["args"]) ? hook["args"] : [];
  return [hook["command"], ...args].some(
    (part) => typeof part === "string" && ourProgram.test(part),
  );
}

const ourProgram = new RegExp(
  `(?:^|[\\\\/"'])${launcherName}(?:\\.cmd)?(?:$|["'\\s])` +
    `|[\\\\/]failproof[^\\\\/]*[\\\\/]dist[\\\\/]hook\\.js`,
);
