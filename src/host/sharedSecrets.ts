import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Secrets } from "../auth/tokenStore";
import { type Clock, sleep } from "../base/clock";
import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { WindowBus } from "../node/windowBus";
import { validate } from "../protocol/validate";

/** Nothing of it tells the secret: `digest` is of a random token. */
const changeSchema = v.object({
  key: v.string(),
  digest: v.string(),
  /** When it was changed; milliseconds since 1970. */
  at: v.number(),
});
type Change = v.InferOutput<typeof changeSchema>;
const wantSchema = v.object({ key: v.string(), digest: v.string() });
const valueSchema = v.object({ key: v.string(), value: v.string() });

const changed = "secrets.changed";
const wanted = "secrets.wanted";
const given = "secrets.given";
/** Who has it answers at once; nobody may have it any more. */
const answerTimeoutMs = 1_000;

export interface SharedSecretsDeps {
  /** VS Code's, as this window has it. */
  storage: Secrets;
  bus: Pick<WindowBus, "publish" | "sync" | "onDidReceive" | "onDidJoin">;
  clock: Clock;
}

/**
 * The SecretStorage, the same in every window. VS Code's change events skip
 * and double, and in a browser each window reads a copy of its own that it
 * never renews. So windows tell each other a digest of what they have stored;
 * whoever finds that its storage is behind asks the others for the value. It
 * is kept in memory, and nowhere else.
 */
export class SharedSecrets extends Disposable implements Secrets {
  readonly #onDidChange = this.register(new Emitter<{ key: string }>());
  readonly onDidChange = this.#onDidChange.event;
  /** The newest change of each key that this window's storage may not show. */
  readonly #latest = new Map<string, Change>();
  /** What this window has changed last: told again to a new hub. */
  readonly #mine = new Map<string, Change>();
  /** Values that this window's storage does not have. */
  readonly #values = new Map<string, string>();
  readonly #onDidGet = this.register(new Emitter<string>());

  constructor(private readonly deps: SharedSecretsDeps) {
    super();
    const { storage, bus } = deps;
    this.register(
      storage.onDidChange((event) => this.#onDidChange.fire(event)),
    );
    this.register(
      bus.onDidReceive(({ topic, payload }) => this.#receive(topic, payload)),
    );
    this.register(bus.onDidJoin(() => this.#announce()));
  }

  async get(key: string): Promise<string | undefined> {
    const { storage, bus } = this.deps;
    await bus.sync();
    const stored = await storage.get(key);
    const latest = this.#latest.get(key);
    if (!latest || (stored && latest.digest === digestOf(stored))) {
      return stored;
    }
    const known = this.#values.get(key);
    return known !== undefined && digestOf(known) === latest.digest
      ? known
      : ((await this.#ask(key, latest.digest)) ?? stored);
  }

  async store(key: string, value: string): Promise<void> {
    await this.deps.storage.store(key, value);
    this.#values.set(key, value);
    await this.#tell(key, digestOf(value));
  }

  async #tell(key: string, digest: string): Promise<void> {
    const before = Math.max(
      this.#latest.get(key)?.at ?? 0,
      this.#mine.get(key)?.at ?? 0,
    );
    const at = Math.max(this.deps.clock.now(), before + 1);
    const change = { key, digest, at };
    this.#latest.delete(key);
    this.#mine.set(key, change);
    await this.deps.bus.publish(changed, change);
  }

  #announce(): void {
    for (const change of this.#mine.values()) {
      void this.deps.bus.publish(changed, change);
    }
  }

  #receive(topic: string, payload: unknown): void {
    switch (topic) {
      case changed:
        this.#learn(validate(changeSchema, payload));
        break;
      case wanted:
        void this.#give(validate(wantSchema, payload));
        break;
      case given: {
        const message = validate(valueSchema, payload);
        const latest = message && this.#latest.get(message.key);
        if (latest && latest.digest === digestOf(message.value)) {
          this.#values.set(message.key, message.value);
          this.#onDidGet.fire(message.key);
        }
      }
    }
  }

  #learn(change: Change | undefined): void {
    if (!change) {
      return;
    }
    const known = [this.#latest, this.#mine].map((map) => map.get(change.key));
    if (known.some((one) => one && one.at >= change.at)) {
      return;
    }
    this.#latest.set(change.key, change);
    this.#onDidChange.fire({ key: change.key });
  }

  async #give(
    want: v.InferOutput<typeof wantSchema> | undefined,
  ): Promise<void> {
    if (!want) {
      return;
    }
    const { key, digest } = want;
    const known = this.#values.get(key) ?? (await this.deps.storage.get(key));
    if (known !== undefined && digestOf(known) === digest) {
      await this.deps.bus.publish(given, { key, value: known });
    }
  }

  async #ask(key: string, digest: string): Promise<string | undefined> {
    const answered = new AbortController();
    const listening = this.#onDidGet.event((got) => {
      if (got === key) {
        answered.abort();
      }
    });
    try {
      await this.deps.bus.publish(wanted, { key, digest });
      await sleep(this.deps.clock, answerTimeoutMs, answered.signal);
      return this.#values.get(key);
    } finally {
      listening.dispose();
    }
  }
}

function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}
