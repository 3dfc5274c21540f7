import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, parse } from "node:path";
import type { Clock } from "../../base/clock";
import { messageOf } from "../../base/errors";
import { Emitter } from "../../base/event";
import { Disposable } from "../../base/lifecycle";
import type { Logger } from "../../base/log";
import { EndsReader } from "./endsReader";
import { PathWatch } from "./pathWatch";
import { projectFolderName, realFolder } from "./projectFolder";
import { type MessageCount, type Summary, summarize } from "./summary";

/** A conversation on disk. */
export interface StoredConversation {
  sessionId: string;
  /** Of the transcript. */
  path: string;
  /** The open folder that it belongs to, as it was given. */
  folder: string;
  title: string;
  /** Milliseconds since 1970. */
  lastActiveAt: number;
  sizeBytes: number;
  messages: MessageCount;
}

export interface HistoryIndexDeps {
  clock: Clock;
  log: Logger;
  /** `projectsFolder()`. */
  projectsFolder: string;
}

interface Known {
  mtimeMs: number;
  sizeBytes: number;
  inode: number;
  /** Undefined: not to be shown. */
  summary: Summary | undefined;
}

const sessionFile =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.jsonl$/i;
const readers = 16;
/** Each look costs a stat for every file, and a working agent writes many times a second. */
const gatherMs = 1_000;
const scanMs = 60_000;

/**
 * The stored conversations of the open folders. Never reads a whole transcript:
 * of each file its two ends, once for each time that it changes. What it keeps
 * of a file is a few hundred bytes. One bad file hides nothing but itself.
 */
export class HistoryIndex extends Disposable {
  readonly #change = this.register(new Emitter<void>());
  /** `entries` is another than it was. */
  readonly onDidChange = this.#change.event;

  #folders: readonly string[] = [];
  #entries: readonly StoredConversation[] = [];
  #known = new Map<string, Known>();
  #watches: PathWatch[] = [];
  #scanning: Promise<void> | undefined;
  #isStale = false;

  constructor(private readonly deps: HistoryIndexDeps) {
    super();
    this.register({ dispose: () => this.#unwatch() });
  }

  /** The newest first; as of the last `refresh`, or the change that was noticed since. */
  get entries(): readonly StoredConversation[] {
    return this.#entries;
  }

  /** Chooses the folders whose conversations are listed, and lists them. */
  async setFolders(folders: readonly string[]): Promise<void> {
    this.#folders = [...folders];
    await this.refresh();
  }

  /** Looks at the disk now. Resolves once `entries` has all that was there when it was called. */
  async refresh(): Promise<void> {
    this.#isStale = true;
    this.#scanning ??= this.#scanUntilFresh();
    await this.#scanning;
  }

  async #scanUntilFresh(): Promise<void> {
    try {
      while (this.#isStale && !this.isDisposed) {
        this.#isStale = false;
        await this.#scan();
      }
    } finally {
      this.#scanning = undefined;
    }
  }

  async #scan(): Promise<void> {
    const places = await placesOf(this.deps.projectsFolder, this.#folders);
    if (this.isDisposed) {
      return;
    }
    this.#watch(places.map(({ path }) => path));
    const known = new Map<string, Known>();
    const entries: StoredConversation[] = [];
    const files: { path: string; place: Place }[] = [];
    for (const place of places) {
      for (const name of await this.#sessionFiles(place.path)) {
        files.push({ path: join(place.path, name), place });
      }
    }
    await inParallel(files, async ({ path, place }, reader) => {
      const entry = await this.#read(path, reader);
      if (entry) {
        known.set(path, entry);
        entries.push(...listed(path, place, entry));
      }
    });
    this.#known = known;
    this.#show(entries);
  }

  async #sessionFiles(folder: string): Promise<string[]> {
    try {
      const names = await readdir(folder);
      return names.filter((name) => sessionFile.test(name));
    } catch (error) {
      // A folder in which no agent has worked has no transcripts.
      this.deps.log.trace(`No transcripts are listed: ${messageOf(error)}`);
      return [];
    }
  }

  /** What is known of the file, or what its ends say; undefined when it cannot be read. */
  async #read(path: string, reader: EndsReader): Promise<Known | undefined> {
    try {
      const file = await stat(path);
      const before = this.#known.get(path);
      if (before && isUnchanged(before, file)) {
        return before;
      }
      // Anything else (a pipe, say) could keep its reader waiting for ever.
      if (!file.isFile()) {
        return undefined;
      }
      return {
        mtimeMs: file.mtimeMs,
        sizeBytes: file.size,
        inode: file.ino,
        summary: summarize(await reader.read(path, file.size)),
      };
    } catch (error) {
      this.deps.log.trace(`A transcript is not listed: ${messageOf(error)}`);
      return undefined;
    }
  }

  #show(entries: StoredConversation[]): void {
    entries.sort(
      (one, other) =>
        other.lastActiveAt - one.lastActiveAt ||
        (one.path < other.path ? -1 : 1),
    );
    const isSame =
      entries.length === this.#entries.length &&
      entries.every((entry, index) => isSameEntry(entry, this.#entries[index]));
    if (!isSame && !this.isDisposed) {
      this.#entries = entries;
      this.#change.fire();
    }
  }

  /** The folder of all folders too: that is where the first transcript of a folder comes into being. */
  #watch(paths: string[]): void {
    const wanted = [...new Set([this.deps.projectsFolder, ...paths])];
    if (this.#watches.map(({ path }) => path).join() === wanted.join()) {
      // One of them may have come into being.
      this.#watches.forEach((watch) => watch.ensure());
      return;
    }
    this.#unwatch();
    const { clock } = this.deps;
    this.#watches = wanted.map((path) => {
      const watch = new PathWatch({ clock, path, gatherMs, scanMs });
      watch.onDidChange(() => void this.refresh());
      return watch;
    });
  }

  #unwatch(): void {
    this.#watches.splice(0).forEach((watch) => watch.dispose());
  }
}

interface Place {
  /** As it was given. */
  folder: string;
  real: string;
  /** Where its transcripts are. */
  path: string;
}

/** One for each real folder, however often it is open. */
async function placesOf(
  projects: string,
  folders: readonly string[],
): Promise<Place[]> {
  const places = new Map<string, Place>();
  for (const folder of folders) {
    const real = await realFolder(folder);
    const path = join(projects, projectFolderName(real));
    if (!places.has(real)) {
      places.set(real, { folder, real, path });
    }
  }
  return [...places.values()];
}

function isUnchanged(known: Known, file: Stats): boolean {
  return (
    known.mtimeMs === file.mtimeMs &&
    known.sizeBytes === file.size &&
    known.inode === file.ino
  );
}

/** Folders whose names differ only in special characters share a place: what is another's is left out. */
function listed(
  path: string,
  place: Place,
  { summary, sizeBytes, mtimeMs }: Known,
): StoredConversation[] {
  if (!summary) {
    return [];
  }
  const { workingFolder, title, messages, lastActiveAt } = summary;
  const isOthers =
    workingFolder !== undefined &&
    workingFolder !== place.real &&
    projectFolderName(workingFolder) === projectFolderName(place.real);
  return isOthers
    ? []
    : [
        {
          sessionId: parse(path).name,
          path,
          folder: place.folder,
          title,
          lastActiveAt: lastActiveAt ?? mtimeMs,
          sizeBytes,
          messages,
        },
      ];
}

function isSameEntry(
  one: StoredConversation,
  other: StoredConversation | undefined,
): boolean {
  return (
    one.path === other?.path &&
    one.folder === other.folder &&
    one.title === other.title &&
    one.lastActiveAt === other.lastActiveAt &&
    one.sizeBytes === other.sizeBytes
  );
}

/** A few at a time: each has a reader with memory of its own, and the disk has other users. */
async function inParallel<T>(
  items: T[],
  run: (item: T, reader: EndsReader) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: Math.min(readers, items.length) }, async () => {
      const reader = new EndsReader();
      for (const item of rest) {
        await run(item, reader);
      }
    }),
  );
}
