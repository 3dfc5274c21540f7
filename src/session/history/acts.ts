import { constants } from "node:fs";
import { access, open } from "node:fs/promises";
import { basename, extname } from "node:path";
import { readRange } from "./backwardLines";
import { titleOf } from "./promptText";

const newline = 0x0a;
const openToAppend = constants.O_RDWR | constants.O_APPEND;

/**
 * Names a conversation, for the CLI's own list and `--resume NAME` too: appends
 * the line that the CLI writes itself for `rename_session`, as the vendor's SDK
 * does to rename from outside. A CLI that works on the conversation meanwhile
 * takes the name over (measured on 2.1.329). Gives the title as it was stored;
 * undefined for a blank one, which names nothing. Throws what the file system
 * threw; never makes a file.
 */
export async function renameConversation(
  path: string,
  title: string,
): Promise<string | undefined> {
  const customTitle = titleOf(title);
  if (customTitle === undefined) {
    return undefined;
  }
  const line = JSON.stringify({
    type: "custom-title",
    customTitle,
    // The transcript is named after it.
    sessionId: basename(path, extname(path)),
  });
  const file = await open(path, openToAppend);
  try {
    const { size } = await file.stat();
    const last = await readRange(file, Math.max(0, size - 1), 1);
    // After a line that was torn by a crash ours begins on a line of its own.
    const isTorn = last.length > 0 && last[0] !== newline;
    // In one write: a CLI may append at the same time.
    await file.appendFile(`${isTorn ? "\n" : ""}${line}\n`);
  } finally {
    await file.close();
  }
  return customTitle;
}

/**
 * Deletes a conversation: its transcript, and the folder of the same name in
 * which the CLI keeps what belongs to it (subagents, long results). Throws what
 * `moveToTrash` threw; the transcript goes first, so that what is left after a
 * failure is not listed.
 */
export async function deleteConversation(
  path: string,
  moveToTrash: (path: string) => Promise<void>,
): Promise<void> {
  await moveToTrash(path);
  const folder = path.slice(0, -extname(path).length);
  if (await exists(folder)) {
    await moveToTrash(folder);
  }
}

/**
 * What the CLI is started with to go on from a line of a conversation in a new
 * one, with an id of its own (its `system/init` says which); the old one stays
 * as it is. With `at` a line's uuid: all up to and with that line is taken
 * over. To ask a prompt anew, fork at its parent, since the CLI takes a prompt
 * that is the last line for one that waits for its answer. The CLI refuses a
 * line from before a compaction: `Transcript.contextStart`.
 */
export function forkArguments(sessionId: string, at?: string): string[] {
  return [
    "--resume",
    sessionId,
    "--fork-session",
    ...(at === undefined ? [] : ["--resume-session-at", at]),
  ];
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    // What cannot be seen cannot be moved either.
    return false;
  }
}
