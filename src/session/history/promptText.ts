import { contentOf, type StoredLine } from "./storedLine";

/** Longer titles are cut; in UTF-16 units. */
const longestTitle = 120;

/** What a cut inside a surrogate pair leaves at the end. */
const halfCharacter = /[\uD800-\uDBFF]$/;

/** What the CLI and its editors write in the user's name, beside what the user says. */
const machineText =
  /^\s*(?:<(?:command-(?:name|message|args)|local-command-\w+|bash-\w+|session-start-hook|system-reminder|task-notification|ide_\w+|tick|goal)\b|\[Request interrupted by user|Caveat: The messages below)/;

/** What the user said with a line; undefined when it is not a prompt of the user's own. */
export function promptOf(line: StoredLine): string | undefined {
  if (
    line.kind !== "json" ||
    line.value["type"] !== "user" ||
    line.value["isMeta"] === true ||
    line.value["isCompactSummary"] === true ||
    line.value["isSidechain"] === true
  ) {
    return undefined;
  }
  const texts = contentOf(line).flatMap(({ type, text }) =>
    type === "text" && typeof text === "string" && !machineText.test(text)
      ? [text]
      : [],
  );
  const prompt = texts.join("\n").trim();
  return prompt === "" ? undefined : prompt;
}

/**
 * A title of one line, cut where it is too long; undefined when nothing is
 * left. A copy: a part of a string keeps the whole of it in memory, and titles
 * are kept while what they were taken from can be megabytes (an editor's
 * extension host has died of that).
 */
export function titleOf(text: string | undefined): string | undefined {
  const line = text
    ?.slice(0, 4 * longestTitle)
    .replace(/\s+/g, " ")
    .trim();
  if (line === undefined || line === "") {
    return undefined;
  }
  const isLong = line.length > longestTitle;
  const cut = line.slice(0, longestTitle - 1).replace(halfCharacter, "");
  return copyOf(isLong ? `${cut.trimEnd()}…` : line);
}

/** The same text in memory of its own. */
export function copyOf(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
