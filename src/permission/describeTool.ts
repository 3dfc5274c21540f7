import { copyText } from "../base/copyText";

/** What a tool is about to do, in text for people. */
export interface ToolDescription {
  /** One line: the command, the file, the pattern, the address. */
  summary: string;
  /** All of it, 64 KB at most. */
  detail: string;
}

export const longestDetail = 64 * 1024;
const longestSummary = 200;

/** What a cut inside a surrogate pair leaves at the end. */
const halfCharacter = /[\uD800-\uDBFF]$/;

/** The input field that says what a call is about, in the order of preference. */
const telling = [
  "command",
  "file_path",
  "notebook_path",
  "pattern",
  "url",
  "query",
  "description",
  "path",
  "prompt",
];

/**
 * Describes any tool's input; tools that are not known are shown as JSON.
 * Paths in `folder`, the one that the agent works in, are shown relative to it.
 */
export function describeTool(
  name: string,
  input: Record<string, unknown>,
  folder: string,
): ToolDescription {
  return {
    summary: oneLine(relativeTo(folder, summaryOf(input) ?? name)),
    detail: cutText(detailOf(name, input), longestDetail),
  };
}

/** Cuts to `longest` characters, and says so. */
export function cutText(text: string, longest: number): string {
  if (text.length <= longest) {
    return text;
  }
  const kept = text.slice(0, longest).replace(halfCharacter, "");
  // What is cut off is not to stay in memory with what is kept.
  return copyText(`${kept}\n… ${text.length - kept.length} more characters`);
}

function summaryOf(input: Record<string, unknown>): string | undefined {
  return telling
    .map((key) => input[key])
    .find(
      (value): value is string =>
        typeof value === "string" && value.trim() !== "",
    );
}

function detailOf(name: string, input: Record<string, unknown>): string {
  const {
    command,
    file_path: file,
    content,
    old_string: before,
    new_string: after,
  } = input;
  if (typeof command === "string") {
    const inWords = name === "Bash" ? ["description", "timeout"] : [];
    return command + othersOf(input, ["command", ...inWords]);
  }
  if (typeof file === "string" && typeof content === "string") {
    return content + othersOf(input, ["file_path", "content"]);
  }
  if (
    typeof file === "string" &&
    typeof before === "string" &&
    typeof after === "string"
  ) {
    const changes = `${prefixed("- ", before)}\n${prefixed("+ ", after)}`;
    return changes + othersOf(input, ["file_path", "old_string", "new_string"]);
  }
  return JSON.stringify(input, undefined, 2);
}

/** The other fields that are not off: nobody should allow what was not shown. */
function othersOf(
  input: Record<string, unknown>,
  shown: readonly string[],
): string {
  const others = Object.entries(input).filter(
    ([key, value]) => !shown.includes(key) && value !== false,
  );
  return others.length === 0
    ? ""
    : `\n\n${JSON.stringify(Object.fromEntries(others), undefined, 2)}`;
}

function relativeTo(folder: string, path: string): string {
  const inFolder = path.slice(folder.length);
  return folder !== "" && path.startsWith(folder) && /^[\\/]./.test(inFolder)
    ? inFolder.slice(1)
    : path;
}

function prefixed(prefix: string, text: string): string {
  return text
    .split("\n")
    .map((line) => prefix + line)
    .join("\n");
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longestSummary
    ? copyText(
        `${line.slice(0, longestSummary - 1).replace(halfCharacter, "")}…`,
      )
    : line;
}
