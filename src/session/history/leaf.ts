import type { FileHandle } from "node:fs/promises";
import { backwardLines } from "./backwardLines";
import { nodeOf, type StoredLine, textIn } from "./storedLine";

/** The CLI says again and again where it is: its last word on it is never far from the end. */
const recentBytes = 1024 * 1024;

/**
 * The last line of the conversation, among all branches that rewinding left in
 * the file: the uuid at which `--resume` would go on. Measured on the CLI
 * 2.1.329: of the line that the last `last-prompt` names, the descendant that
 * is last in the file; without such a line, the last in the file. Times do not
 * count. Undefined when the file has no line with a uuid.
 */
export async function findLeaf(
  file: FileHandle,
  end: number,
): Promise<string | undefined> {
  const recent = await look(file, end, end - recentBytes);
  if (recent.named === undefined || recent.leaf !== undefined) {
    return recent.leaf ?? recent.last;
  }
  if (!(await isInFile(file, end, recent.named))) {
    return recent.last;
  }
  const { leaf } = await look(file, end, 0);
  return leaf ?? recent.last;
}

interface Sight {
  /** The last line of the file with a uuid. */
  last: string | undefined;
  /** The line that the last `last-prompt` names. */
  named: string | undefined;
  /** Its last descendant, once it was seen itself. */
  leaf: string | undefined;
}

async function look(
  file: FileHandle,
  end: number,
  until: number,
): Promise<Sight> {
  const sight: Sight = { last: undefined, named: undefined, leaf: undefined };
  /** The last descendant of each line that was named as a parent. */
  const descendants = new Map<string, string>();
  for await (const line of backwardLines(file, { end })) {
    sight.named ??= namedLeaf(line);
    const node = nodeOf(line);
    if (node) {
      const descendant = descendants.get(node.uuid) ?? node.uuid;
      sight.last ??= descendant;
      if (node.parent !== undefined && !descendants.has(node.parent)) {
        descendants.set(node.parent, descendant);
      }
      descendants.set(node.uuid, descendant);
    }
    if (sight.named !== undefined && descendants.has(sight.named)) {
      sight.leaf = descendants.get(sight.named);
      break;
    }
    if (line.offset < until && sight.last !== undefined) {
      break;
    }
  }
  return sight;
}

async function isInFile(
  file: FileHandle,
  end: number,
  uuid: string,
): Promise<boolean> {
  const wants = (bytes: Buffer) => bytes.includes(uuid);
  for await (const line of backwardLines(file, { end, wants })) {
    if (nodeOf(line)?.uuid === uuid) {
      return true;
    }
  }
  return false;
}

function namedLeaf(line: StoredLine): string | undefined {
  return line.kind === "json" && line.value["type"] === "last-prompt"
    ? textIn(line.value, "leafUuid")
    : undefined;
}
