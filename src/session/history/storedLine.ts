import { isRecord, parseJson } from "../../base/json";

/** Where a line is in its file, in bytes, without its newline. */
export interface Place {
  offset: number;
  lengthBytes: number;
}

/** A line of a transcript as it is on disk. Nothing is left out of `value`, known or not. */
export type StoredLine =
  | (Place & { kind: "json"; value: Record<string, unknown> })
  /** Too long to be loaded; what its ends say about its place in the conversation. */
  | (Place & {
      kind: "oversized";
      uuid: string | undefined;
      parentUuid: string | undefined;
    })
  /** No JSON object: torn, or not a transcript at all. */
  | (Place & { kind: "broken" });

/** What a line says about its place in the conversation; undefined when it has none. */
export interface Node {
  uuid: string;
  parent: string | undefined;
  /** The line begins what is left after a compaction; `parent` is the last line before it. */
  isBoundary: boolean;
}

export function parseStoredLine(place: Place, bytes: Buffer): StoredLine {
  const value = parseJson(bytes.toString("utf8"));
  return isRecord(value)
    ? { ...place, kind: "json", value }
    : { ...place, kind: "broken" };
}

/**
 * Of a line that is not loaded: the CLI writes `parentUuid` before the message
 * and `uuid` after it, so its ends have both.
 */
export function oversizedLine(
  place: Place,
  head: Buffer,
  tail: Buffer,
): StoredLine {
  const text = tail.toString("latin1");
  return {
    ...place,
    kind: "oversized",
    parentUuid: idIn(head.toString("latin1"), "parentUuid"),
    uuid: idIn(text.slice(Math.max(0, text.lastIndexOf('"uuid"'))), "uuid"),
  };
}

/** Subagents' lines are in the file of some versions, and never in the conversation. */
export function nodeOf(line: StoredLine): Node | undefined {
  if (line.kind === "oversized") {
    const { uuid, parentUuid } = line;
    return uuid === undefined
      ? undefined
      : { uuid, parent: parentUuid, isBoundary: false };
  }
  if (line.kind === "broken" || line.value["isSidechain"] === true) {
    return undefined;
  }
  const uuid = textIn(line.value, "uuid");
  const parent = textIn(line.value, "parentUuid");
  const logicalParent = textIn(line.value, "logicalParentUuid");
  return uuid === undefined
    ? undefined
    : {
        uuid,
        parent: parent ?? logicalParent,
        isBoundary: parent === undefined && logicalParent !== undefined,
      };
}

/** The message's id, of a line of the agent's: one message has a line for each block. */
export function messageIdOf(line: StoredLine): string | undefined {
  return line.kind === "json" && line.value["type"] === "assistant"
    ? textIn(messageOf(line), "id")
    : undefined;
}

export function isToolResult(line: StoredLine): boolean {
  return (
    line.kind === "json" &&
    line.value["type"] === "user" &&
    contentOf(line).some((block) => block["type"] === "tool_result")
  );
}

/** The blocks of the message; a prompt that is a mere text counts as one block. */
export function contentOf(line: StoredLine): Record<string, unknown>[] {
  if (line.kind !== "json") {
    return [];
  }
  const content = messageOf(line)["content"];
  if (typeof content === "string") {
    return [{ type: "text", text: content }];
  }
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

export function textIn(
  value: Record<string, unknown>,
  key: string,
): string | undefined {
  const text = value[key];
  return typeof text === "string" ? text : undefined;
}

function messageOf(
  line: Extract<StoredLine, { kind: "json" }>,
): Record<string, unknown> {
  const message = line.value["message"];
  return isRecord(message) ? message : {};
}

function idIn(text: string, key: string): string | undefined {
  return new RegExp(`"${key}":\\s*"([\\w-]{1,64})"`).exec(text)?.[1];
}
