import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import type { Clock } from "../base/clock";
import { messageOf } from "../base/errors";
import type { DisposableLike } from "../base/lifecycle";
import type { Logger } from "../base/log";
import { writePrivateFile } from "../node/privateFiles";
import { validateJson } from "../protocol/validate";
import type { SessionSeed } from "./session";

/** Where conversations with prompts in their queues are kept for after a reload of the window. */
export interface ConversationStorage {
  load(): Promise<SessionSeed[]>;
  /** The last of several counts; one without prompts is kept no more. */
  save(seed: SessionSeed): void;
  /** Once all that was saved is on disk. */
  flush(): Promise<void>;
}

const seedSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
  title: v.optional(v.string()),
  options: v.object({
    cwd: v.string(),
    model: v.nullable(v.string()),
    permissionMode: v.nullable(v.string()),
    addDirectories: v.array(v.string()),
    mcpConfigFiles: v.array(v.string()),
    isMcpStrict: v.boolean(),
    settingsFile: v.nullable(v.string()),
  }),
  origin: v.optional(v.object({ kind: v.literal("stored"), id: v.string() })),
  queue: v.object({
    prompts: v.array(
      v.object({
        id: v.string(),
        text: v.string(),
        images: v.array(
          v.object({
            mediaType: v.picklist([
              "image/png",
              "image/jpeg",
              "image/gif",
              "image/webp",
            ]),
            data: v.string(),
          }),
        ),
      }),
    ),
    isPaused: v.boolean(),
  }),
});

/** A prompt that is sent at once does not touch the disk. */
const waitMs = 250;

/**
 * One private file for each conversation, with the prompts of its queue and
 * their pictures: what leaves the queue leaves the disk, whichever way it goes.
 */
export class ConversationFiles implements ConversationStorage {
  readonly #unsaved = new Map<string, SessionSeed>();
  /** Those that have a file. */
  readonly #kept = new Set<string>();
  #timer: DisposableLike | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly deps: { folder: string; clock: Clock; log: Logger },
  ) {}

  async load(): Promise<SessionSeed[]> {
    // Before the first time there is no such folder.
    const names = await readdir(this.deps.folder).catch(() => []);
    const texts = await Promise.all(
      names
        .filter((name) => name.endsWith(".json"))
        .map((name) =>
          readFile(join(this.deps.folder, name), "utf8").catch(
            // Removed meanwhile: its queue is empty.
            () => "",
          ),
        ),
    );
    const seeds = texts.flatMap((text) => validateJson(seedSchema, text) ?? []);
    seeds.forEach(({ id }) => this.#kept.add(id));
    return seeds;
  }

  save(seed: SessionSeed): void {
    this.#unsaved.set(seed.id, seed);
    this.#timer ??= this.deps.clock.schedule(waitMs, () => void this.flush());
  }

  async flush(): Promise<void> {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#saving = this.#saving.then(() => this.#saveAll());
    await this.#saving;
  }

  async #saveAll(): Promise<void> {
    for (
      let [next] = this.#unsaved.values();
      next;
      [next] = this.#unsaved.values()
    ) {
      this.#unsaved.delete(next.id);
      await this.#write(next);
    }
  }

  async #write(seed: SessionSeed): Promise<void> {
    const path = join(this.deps.folder, `${seed.id}.json`);
    try {
      if (seed.queue && seed.queue.prompts.length > 0) {
        await writePrivateFile(path, JSON.stringify(seed));
        this.#kept.add(seed.id);
      } else if (this.#kept.delete(seed.id)) {
        await rm(path, { force: true });
      }
    } catch (error) {
      this.deps.log.warn(`A queue was not kept: ${messageOf(error)}`);
    }
  }
}
