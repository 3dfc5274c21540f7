import { isBuiltin } from "node:module";
import { userInfo } from "node:os";
import { version } from "../../package.json";
import { messageOf } from "../base/errors";
import type { Logger } from "../base/log";
import { systemClock } from "../node/systemClock";
import { type CommandLine, parseCommandLine, usage } from "./commandLine";

/*
 * Entry of dist/cloud.js, the embedded server as a process of its own. Stdout
 * carries one line of JSON, for the program that started it: {url, pid}, or
 * {error, message} and exit code 1. Everything for people goes to stderr, and
 * a token goes nowhere.
 */

function main(): void {
  // Whoever started the server may be gone, and its pipes with it: that must not end the server.
  process.stderr.on("error", () => {});
  process.stdout.on("error", () => {});
  const commandLine = parseCommandLine(process.argv.slice(2));
  if ("problem" in commandLine) {
    fail("usage", `${commandLine.problem}. Usage: ${usage}`);
  } else if (!isBuiltin("node:sqlite")) {
    fail("node-too-old", "Node 22.13 or newer is needed.", {
      version: process.versions.node,
    });
  } else {
    run(commandLine).catch((error: unknown) => {
      fail("failed", messageOf(error));
    });
  }
}

async function run(commandLine: CommandLine): Promise<void> {
  // Loaded only now: importing it needs node:sqlite, and an older Node must live to say so.
  const { startCloudServer } = await import("./cloudServer");
  const outcome = await startCloudServer({
    ...commandLine,
    version,
    userName: userName(),
    clock: systemClock,
    logger: stderrLogger,
  });
  if (outcome.kind !== "started") {
    fail(outcome.kind, outcome.message, { port: commandLine.port });
    return;
  }
  const { server } = outcome;
  let isEnding = false;
  const end = (reason: string) => {
    if (!isEnding) {
      isEnding = true;
      stderrLogger.info(`ending: ${reason}`);
      void server.stop().finally(() => process.exit(0));
    }
  };
  process.on("SIGTERM", () => end("SIGTERM"));
  process.on("SIGINT", () => end("SIGINT"));
  if (commandLine.exitWithStdin) {
    process.stdin.on("end", () => end("stdin has ended"));
    process.stdin.on("error", () => end("stdin has failed"));
    process.stdin.resume();
  }
  stderrLogger.info(`listening at ${server.url}`);
  // Last: whoever reads this line may end the server at once.
  report({ url: server.url, pid: process.pid });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the system's list (containers) has no name.
    return "user";
  }
}

function report(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function fail(error: string, message: string, more: object = {}): void {
  process.exitCode = 1;
  report({ error, message, ...more });
}

function writeLine(level: string, message: string): void {
  process.stderr.write(`[${level}] ${message}\n`);
}

const stderrLogger: Logger = {
  trace: () => {},
  info: (message) => writeLine("info", message),
  warn: (message) => writeLine("warn", message),
  error: (message) => writeLine("error", message),
};

main();
