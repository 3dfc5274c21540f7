/*
 * What the CLI writes in the user's name: marks around what was typed, and
 * notes of its own.
 */

export type UserWords =
  | { kind: "prompt"; text: string }
  /** What a slash command printed. */
  | { kind: "printed"; text: string }
  | { kind: "interrupted" }
  /** For the model only. */
  | { kind: "note" };

const interruption = /^\[Request interrupted by user[^\]]*\]$/;
const printed = /^<local-command-stdout>([\s\S]*)<\/local-command-stdout>$/;
const command = /<command-name>(\/?[^<]*)<\/command-name>/;
const commandArguments = /<command-args>([\s\S]*)<\/command-args>/;
const note =
  /^<(local-command-caveat|local-command-stderr|system-reminder|task-notification|bash-|user-memory-input)/;

export function readUserWords(text: string): UserWords {
  const said = text.trim();
  if (interruption.test(said)) {
    return { kind: "interrupted" };
  }
  const output = printed.exec(said)?.[1];
  if (output !== undefined) {
    return { kind: "printed", text: output.trim() };
  }
  if (note.test(said)) {
    return { kind: "note" };
  }
  const name = said.startsWith("<command-")
    ? command.exec(said)?.[1]
    : undefined;
  if (name === undefined) {
    return { kind: "prompt", text };
  }
  const words = `${name} ${commandArguments.exec(said)?.[1] ?? ""}`.trim();
  return { kind: "prompt", text: words.startsWith("/") ? words : `/${words}` };
}
