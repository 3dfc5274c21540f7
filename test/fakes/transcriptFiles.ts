import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectFolderName } from "../../src/session/history/projectFolder";

export type Line = Record<string, unknown>;

/** A folder that an agent works in, and the one where the CLI keeps its transcripts. */
export class TranscriptFiles {
  readonly root = realpathSync(
    mkdtempSync(join(tmpdir(), "failproof-history-")),
  );
  readonly projects = join(this.root, "config", "projects");
  readonly folder = this.folderNamed("work");

  folderNamed(name: string): string {
    const folder = join(this.root, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Where the transcript of such a session is; its folder is there. */
  path(sessionId: string = randomUUID(), folder = this.folder): string {
    const project = join(this.projects, projectFolderName(folder));
    mkdirSync(project, { recursive: true });
    return join(project, `${sessionId}.jsonl`);
  }

  write(lines: readonly Line[] | string | Buffer, path = this.path()): string {
    writeFileSync(path, bytesOf(lines));
    return path;
  }

  append(path: string, lines: readonly Line[] | string | Buffer): void {
    appendFileSync(path, bytesOf(lines));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Lines as the CLI writes them, each hanging on the one before. */
export class Conversation {
  readonly lines: Line[] = [];
  /** On which the next line hangs. */
  leaf: string | null = null;
  #next = 0;
  #at = Date.UTC(2026, 0, 1);

  constructor(private readonly cwd = "/work") {}

  prompt(text: string, more: Line = {}): this {
    const message = { role: "user", content: [{ type: "text", text }] };
    return this.#add({ type: "user", message, ...more });
  }

  answer(text: string, messageId = `msg_${this.#next}`): this {
    return this.block({ type: "text", text }, messageId);
  }

  block(block: Line, messageId = `msg_${this.#next}`): this {
    const content = [block];
    const message = {
      id: messageId,
      type: "message",
      role: "assistant",
      content,
    };
    return this.#add({ message, type: "assistant" });
  }

  call(id: string, command: string, messageId?: string): this {
    const input = { command };
    return this.block({ type: "tool_use", id, name: "Bash", input }, messageId);
  }

  result(id: string, output: unknown, more: Line = {}): this {
    const block = {
      type: "tool_result",
      tool_use_id: id,
      content: output,
      ...more,
    };
    return this.#add({
      type: "user",
      message: { role: "user", content: [block] },
    });
  }

  attachment(): this {
    return this.#add({ attachment: { type: "date" }, type: "attachment" });
  }

  /** A line that is no part of the conversation's tree. */
  meta(type: string, fields: Line = {}): this {
    this.lines.push({ type, ...fields, sessionId: "s" });
    return this;
  }

  /** The uuid of the last line. */
  get last(): string {
    return this.leaf ?? "";
  }

  /** The next line hangs on this one: what came after it is abandoned. */
  rewind(uuid: string): this {
    this.leaf = uuid;
    return this;
  }

  compact(): this {
    const logicalParentUuid = this.leaf;
    this.leaf = null;
    return this.#add({
      logicalParentUuid,
      type: "system",
      subtype: "compact_boundary",
    });
  }

  #add(line: Line): this {
    const uuid = `00000000-0000-4000-8000-${String(this.#next).padStart(12, "0")}`;
    this.#next += 1;
    this.#at += 1_000;
    this.lines.push({
      parentUuid: this.leaf,
      isSidechain: false,
      ...line,
      uuid,
      timestamp: new Date(this.#at).toISOString(),
      cwd: this.cwd,
    });
    this.leaf = uuid;
    return this;
  }
}

function bytesOf(lines: readonly Line[] | string | Buffer): string | Buffer {
  return typeof lines === "string" || Buffer.isBuffer(lines)
    ? lines
    : lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
