import { realpath } from "node:fs/promises";
import { join } from "node:path";

/**
 * Where the Claude CLI keeps its transcripts:
 * `<config folder>/projects/<name of the working folder>/<session id>.jsonl`.
 * Measured on the CLI 2.1.329 (test/unit/session/history/realCli.test.ts).
 */
export function projectsFolder(
  env: Record<string, string | undefined>,
  home: string,
): string {
  return join(env["CLAUDE_CONFIG_DIR"] || join(home, ".claude"), "projects");
}

/** A longer name is cut here and gets a hash, so that it fits into a file name. */
const longestName = 200;

/**
 * The name that the CLI gives to a working folder: every UTF-16 unit that is
 * not an ASCII letter or digit becomes a hyphen. Several folders can have the
 * same name.
 */
export function projectFolderName(workingFolder: string): string {
  const name = workingFolder.replace(/[^a-zA-Z0-9]/g, "-");
  return name.length <= longestName
    ? name
    : `${name.slice(0, longestName)}-${hash(workingFolder)}`;
}

/** The folder as the CLI sees it: its working directory has no symbolic links. */
export async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch {
    // A folder that is gone may still have transcripts, under the name that it had.
    return folder;
  }
}

/** The CLI's: 32 bits, base 36. */
function hash(text: string): string {
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    value = (Math.imul(value, 31) + text.charCodeAt(index)) | 0;
  }
  return Math.abs(value).toString(36);
}
