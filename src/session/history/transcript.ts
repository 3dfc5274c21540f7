import { open, type FileHandle } from "node:fs/promises";
import type { Clock } from "../../base/clock";
import { messageOf as reasonOf } from "../../base/errors";
import { Emitter } from "../../base/event";
import { Disposable } from "../../base/lifecycle";
import type { Logger } from "../../base/log";
import { backwardLines } from "./backwardLines";
import {
  type ConversationPage,
  ConversationReader,
  type PageSize,
} from "./conversationReader";
import { findLeaf } from "./leaf";
import { PathWatch } from "./pathWatch";
import {
  isToolResult,
  messageIdOf,
  nodeOf,
  type StoredLine,
} from "./storedLine";

export interface TranscriptDeps<T> {
  clock: Clock;
  log: Logger;
  path: string;
  /** What the lines of a page mean. Pages are independent: none begins in the middle of a message. */
  translate(lines: readonly StoredLine[]): T;
  pageSize?: PageSize;
}

export interface Page<T> {
  content: T;
  /** Whether `older()` will give more. */
  hasOlder: boolean;
}

const defaultPageSize: PageSize = { lines: 200, bytes: 1024 * 1024 };
const gatherMs = 100;
const scanMs = 5_000;

/**
 * Opens a stored conversation with its newest page and follows its file. Throws
 * what the file system threw when there is no such file, or none to be read.
 */
export async function openTranscript<T>(
  deps: TranscriptDeps<T>,
): Promise<Transcript<T>> {
  const transcript = new Transcript(deps);
  try {
    await transcript.reload();
    return transcript;
  } catch (error) {
    transcript.dispose();
    throw error;
  }
}

/** An open conversation; use `openTranscript`. No file is held open between its reads. */
export class Transcript<T> extends Disposable {
  readonly #append = this.register(new Emitter<T>());
  /** Lines that came to the end of the conversation, from wherever. */
  readonly onDidAppend = this.#append.event;
  readonly #reset = this.register(new Emitter<Page<T>>());
  /** The conversation is another than it was (rewound, replaced): this is its newest page, all others are void. */
  readonly onDidReset = this.#reset.event;
  readonly #end = this.register(new Emitter<void>());
  /** The file is gone. */
  readonly onDidDelete = this.#end.event;

  #newest: Page<T> | undefined;
  #reader: ConversationReader | undefined;
  /** Up to here the file was read; what follows was appended since. */
  #readTo = 0;
  #inode = 0;
  #leaf: string | undefined;
  #contextStart = 0;
  /** What a line that was appended may hang on: the newest page, and what came after it. */
  #known = new Set<string>();
  /** Reads come one after the other: each begins where the one before ended. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly deps: TranscriptDeps<T>) {
    super();
    const { clock, path } = deps;
    const watch = this.register(
      new PathWatch({ clock, path, gatherMs, scanMs }),
    );
    this.register(watch.onDidChange(() => void this.refresh()));
  }

  /** The newest page, as it was when the conversation was opened or reset. */
  get newest(): Page<T> {
    return (
      this.#newest ?? {
        content: this.deps.translate([]),
        hasOlder: false,
      }
    );
  }

  /**
   * Lines from this offset on are in the agent's context; those before it were
   * compacted, and the CLI refuses to fork at one of them. As far as was read.
   */
  get contextStart(): number {
    return this.#contextStart;
  }

  /** The page before the oldest that was read; undefined when there is none. */
  older(): Promise<Page<T> | undefined> {
    return this.#inTurn(async () => {
      const reader = this.#reader;
      if (!reader || this.isDisposed) {
        return undefined;
      }
      const page = await this.#withFile((file) =>
        reader.read(file, this.#pageSize),
      );
      this.#contextStart = Math.max(this.#contextStart, page.contextStart);
      return page.lines.length === 0 ? undefined : this.#pageOf(page);
    });
  }

  /** Looks now for what was appended. Never fails: what cannot be read now is read later. */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      try {
        await this.#follow();
      } catch (error) {
        if (isMissing(error)) {
          this.#end.fire();
        }
        this.deps.log.warn(`A transcript was not read: ${reasonOf(error)}`);
      }
    });
  }

  /** Reads the newest page anew. Throws what the file system threw. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#withFile((file) => this.#load(file)));
  }

  async #load(file: FileHandle): Promise<void> {
    const { size, ino } = await file.stat();
    this.#inode = ino;
    this.#readTo = await endOfWhole(file, size);
    this.#leaf = await findLeaf(file, this.#readTo);
    this.#known = new Set();
    this.#reader = undefined;
    this.#newest = undefined;
    this.#contextStart = 0;
    if (this.#leaf === undefined) {
      return;
    }
    const reader = new ConversationReader(this.#leaf, this.#readTo);
    const page = await reader.read(file, this.#pageSize);
    this.#reader = reader;
    for (const line of page.lines) {
      this.#remember(line);
    }
    this.#newest = this.#pageOf(page);
  }

  async #follow(): Promise<void> {
    await this.#withFile(async (file) => {
      const { size, ino } = await file.stat();
      const isSame = ino === this.#inode && size >= this.#readTo;
      if (isSame && size === this.#readTo) {
        return;
      }
      const appended = isSame ? await this.#appended(file, size) : undefined;
      if (!appended) {
        await this.#load(file);
        this.#reset.fire(this.newest);
      } else if (appended.length > 0) {
        this.#append.fire(this.deps.translate(appended));
      }
    });
  }

  /** The lines that continue the conversation; undefined when it has become another. */
  async #appended(
    file: FileHandle,
    size: number,
  ): Promise<StoredLine[] | undefined> {
    if (size - this.#readTo > this.#pageSize.bytes) {
      return undefined;
    }
    const end = await endOfWhole(file, size);
    const lines: StoredLine[] = [];
    for await (const line of backwardLines(file, { end })) {
      if (line.offset < this.#readTo) {
        break;
      }
      lines.unshift(line);
    }
    const ours = lines.filter((line) => nodeOf(line) !== undefined);
    for (const line of ours) {
      if (!this.#continues(line)) {
        return undefined;
      }
      this.#remember(line);
    }
    this.#readTo = Math.max(end, this.#readTo);
    return ours;
  }

  /** The next line of the chain, or one of a message whose calls run in parallel. */
  #continues(line: StoredLine): boolean {
    const parent = nodeOf(line)?.parent;
    if (parent === this.#leaf) {
      return true;
    }
    return (
      parent !== undefined &&
      this.#known.has(parent) &&
      (isToolResult(line) || messageIdOf(line) !== undefined)
    );
  }

  #remember(line: StoredLine): void {
    const node = nodeOf(line);
    if (node) {
      this.#known.add(node.uuid);
      this.#leaf = node.uuid;
      if (node.isBoundary) {
        this.#contextStart = line.offset;
      }
    }
  }

  #pageOf({ lines, hasOlder }: ConversationPage): Page<T> {
    return { hasOlder, content: this.deps.translate(lines) };
  }

  get #pageSize(): PageSize {
    return this.deps.pageSize ?? defaultPageSize;
  }

  async #withFile<R>(use: (file: FileHandle) => Promise<R>): Promise<R> {
    const file = await open(this.deps.path, "r");
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  #inTurn<R>(run: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(run);
    // Whoever asked for it hears of the failure; the next one goes on after it.
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** Where the last whole line ends: an agent may be writing the one behind it right now. */
async function endOfWhole(file: FileHandle, size: number): Promise<number> {
  for await (const line of backwardLines(file, { end: size })) {
    const isOpen = line.offset + line.lengthBytes === size;
    return isOpen && line.kind === "broken" ? line.offset : size;
  }
  return size;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
