import { parseArgs } from "node:util";
import { messageOf } from "../base/errors";
import type { CodeGives } from "./auth/authorizationCodes";
import type { Lifetimes } from "./auth/lifetimes";

export interface CommandLine {
  readonly dataFolder: string;
  readonly port: number;
  readonly lifetimes: Partial<Lifetimes>;
  readonly codeGives: CodeGives;
  readonly faultsEnabled: boolean;
  readonly exitWithStdin: boolean;
}

export const usage =
  "cloud.js --data DIR [--port N] [--exit-with-stdin] [--faults]" +
  " [--issue tokens|api-key]" +
  " [--access-token-seconds N] [--device-code-seconds N] [--interval-seconds N]";

/** What the arguments (without node and the script) ask for, or what is wrong with them. */
export function parseCommandLine(
  args: readonly string[],
): CommandLine | { readonly problem: string } {
  try {
    return read(args);
  } catch (error) {
    // parseArgs throws for options that it does not know, with a sentence for people.
    return { problem: messageOf(error) };
  }
}

function read(args: readonly string[]): CommandLine | { problem: string } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      port: { type: "string" },
      faults: { type: "boolean" },
      issue: { type: "string", default: "tokens" },
      "exit-with-stdin": { type: "boolean" },
      "access-token-seconds": { type: "string" },
      "device-code-seconds": { type: "string" },
      "interval-seconds": { type: "string" },
    },
  });
  if (!values.data) {
    return { problem: "--data is missing" };
  }
  const { issue } = values;
  if (issue !== "tokens" && issue !== "api-key") {
    return { problem: "--issue is tokens or api-key" };
  }
  const seconds = {
    accessTokenSeconds: wholeNumber(values["access-token-seconds"], 1),
    deviceCodeSeconds: wholeNumber(values["device-code-seconds"], 1),
    intervalSeconds: wholeNumber(values["interval-seconds"], 0),
  };
  const port = wholeNumber(values.port, 0, 65_535) ?? 0;
  if (![port, ...Object.values(seconds)].every(isInRange)) {
    return { problem: "a number is not in its range" };
  }
  return {
    dataFolder: values.data,
    port,
    lifetimes: Object.fromEntries(
      Object.entries(seconds).filter(([, value]) => value !== undefined),
    ),
    codeGives: issue,
    faultsEnabled: values.faults ?? false,
    exitWithStdin: values["exit-with-stdin"] ?? false,
  };
}

function isInRange(value: number | undefined): boolean {
  return !Number.isNaN(value);
}

/** Undefined when absent, NaN when it is no whole number between `min` and `max`. */
function wholeNumber(
  text: string | undefined,
  min: number,
  max = 1_000_000_000,
): number | undefined {
  if (text === undefined) {
    return undefined;
  }
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : Number.NaN;
}
