import { isRecord, parseJson } from "../../base/json";
import { copyOf, promptOf, titleOf } from "./promptText";
import { nodeOf, parseStoredLine, textIn } from "./storedLine";

/** The two ends of a transcript. `tail` is undefined when `head` is the whole file. */
export interface Ends {
  head: Buffer;
  tail: Buffer | undefined;
  sizeBytes: number;
}

/** What a list shows of a conversation. */
export interface Summary {
  title: string;
  /** Of the last line that has a time, milliseconds since 1970; undefined when there is none. */
  lastActiveAt: number | undefined;
  /** Where the agent was started, as the file says it. */
  workingFolder: string | undefined;
  messages: MessageCount;
}

/**
 * Prompts, results of tools and blocks of answers, abandoned branches included.
 * An estimate where only the ends of the file were looked at: what is between
 * them is taken to be like the end. Counting exactly would mean to read
 * gigabytes for a figure that nobody acts on.
 */
export interface MessageCount {
  count: number;
  isEstimate: boolean;
}

const newline = 0x0a;
/** The CLI writes what kind of line it is at its beginning. */
const startBytes = 384;
const titleKinds =
  /^\{[^{}]*"type":\s*"(custom-title|ai-title|summary|last-prompt)"/;
const messageKind = /^\{"parentUuid".*"role":\s*"(?:user|assistant)"/s;
const command = /<command-name>([^<]*)</;

/**
 * What the two ends of a transcript say about it. Undefined when it is no
 * conversation that could be opened: empty, without any prompt or title, or of
 * a subagent only.
 */
export function summarize(ends: Ends): Summary | undefined {
  const { head, tail, sizeBytes } = ends;
  const first = readHead(head);
  const last = readLines(tail ?? head);
  const heads = tail ? readLines(head) : last;
  const title =
    last.titles.get("custom-title") ??
    heads.titles.get("custom-title") ??
    last.titles.get("ai-title") ??
    heads.titles.get("ai-title") ??
    last.titles.get("summary") ??
    heads.titles.get("summary") ??
    titleOf(first.prompt) ??
    last.titles.get("last-prompt") ??
    titleOf(first.command);
  if (title === undefined || (first.isSidechain && !first.hasNode)) {
    return undefined;
  }
  return {
    title,
    lastActiveAt: lastTime(tail ?? head),
    workingFolder: first.workingFolder,
    messages: tail
      ? estimate(heads.messages, last.messages, ends, tail.length)
      : { count: last.messages, isEstimate: sizeBytes > head.length },
  };
}

interface Start {
  prompt: string | undefined;
  /** Of a conversation that began with a command of the CLI's. */
  command: string | undefined;
  workingFolder: string | undefined;
  hasNode: boolean;
  isSidechain: boolean;
}

/** Reads up to the first prompt, which is among the first lines. */
function readHead(head: Buffer): Start {
  const start: Start = {
    prompt: undefined,
    command: undefined,
    workingFolder: undefined,
    hasNode: false,
    isSidechain: false,
  };
  for (const bytes of linesOf(head)) {
    const line = parseStoredLine({ offset: 0, lengthBytes: 0 }, bytes);
    if (line.kind !== "json") {
      // A prompt that is longer than the head: its beginning is a title all the same.
      start.prompt ??= cutPrompt(bytes);
      continue;
    }
    const cwd = textIn(line.value, "cwd");
    start.workingFolder ??= cwd === undefined ? cwd : copyOf(cwd);
    start.hasNode ||= nodeOf(line) !== undefined;
    start.isSidechain ||= line.value["isSidechain"] === true;
    start.prompt ??= promptOf(line);
    if (line.value["type"] === "user") {
      start.command ??= command.exec(JSON.stringify(line.value))?.[1];
    }
    if (start.prompt !== undefined && start.workingFolder !== undefined) {
      break;
    }
  }
  return start;
}

/** The first text of a user's line of which only the beginning is there. */
function cutPrompt(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  if (!/^\{"parentUuid":null,"isSidechain":false,.*"type":"user"/s.test(text)) {
    return undefined;
  }
  const raw = /"(?:text|content)":"((?:[^"\\]|\\.){1,512})/s.exec(text)?.[1];
  const words = raw === undefined ? undefined : parseJson(`"${raw}"`);
  return typeof words === "string"
    ? promptOf({
        kind: "json",
        offset: 0,
        lengthBytes: 0,
        value: { type: "user", message: { content: words } },
      })
    : undefined;
}

interface Lines {
  /** By the kind of the line that gave it; the last of each. */
  titles: Map<string, string>;
  messages: number;
}

/** Looks at the beginning of each line, and parses the few short ones that name the conversation. */
function readLines(bytes: Buffer): Lines {
  const titles = new Map<string, string>();
  let messages = 0;
  for (const line of linesOf(bytes)) {
    const start = line.toString("latin1", 0, startBytes);
    const kind = titleKinds.exec(start)?.[1];
    if (kind !== undefined) {
      const title = titleIn(line);
      if (title !== undefined) {
        titles.set(kind, title);
      }
    } else if (messageKind.test(start)) {
      messages += 1;
    }
  }
  return { titles, messages };
}

function titleIn(line: Buffer): string | undefined {
  const value = parseJson(line.toString("utf8"));
  if (!isRecord(value)) {
    return undefined;
  }
  return titleOf(
    textIn(value, "customTitle") ??
      textIn(value, "aiTitle") ??
      textIn(value, "summary") ??
      textIn(value, "lastPrompt"),
  );
}

function estimate(
  inHead: number,
  inTail: number,
  { head, sizeBytes }: Ends,
  tailBytes: number,
): MessageCount {
  const between = Math.max(0, sizeBytes - head.length - tailBytes);
  const count = inHead + inTail + (between * inTail) / tailBytes;
  return {
    count: Math.max(1, Math.round(Number(count.toPrecision(2)))),
    isEstimate: true,
  };
}

const timeMark = '"timestamp":"';

function lastTime(bytes: Buffer): number | undefined {
  const at = bytes.lastIndexOf(timeMark);
  if (at < 0) {
    return undefined;
  }
  const start = at + timeMark.length;
  const time = Date.parse(bytes.toString("latin1", start, start + 24));
  return Number.isNaN(time) ? undefined : time;
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start);
    const end = found < 0 ? bytes.length : found;
    if (end > start) {
      yield bytes.subarray(start, end);
    }
    start = end + 1;
  }
}
