import type { StoredLine } from "../../cli/storedLine";
import type { WireLine } from "../../cli/wire";
import type { ConversationEvent } from "../../protocol/conversation";
import { translateLine } from "./lines";
import { createParts, type Parts, settle } from "./parts";
import { RawLog } from "./rawLog";

/**
 * Turns the lines of one process into conversation events. Deterministic: the
 * same lines at the same times give the same events.
 */
export class Translator {
  /** The lines that it does not know. */
  readonly rawLog = new RawLog();
  readonly #parts: Parts;

  constructor(
    /** Part of the items' ids: the processes of a conversation have one each. */
    idPrefix: string,
    /** The folder that the agent works in: paths in it are shown relative to it. */
    folder = "",
  ) {
    this.#parts = createParts(idPrefix, folder, false);
  }

  /** `now`: ms since 1970. */
  translate(line: WireLine, now: number): ConversationEvent[] {
    if (line.type === "unknown") {
      this.rawLog.add(line, now);
      return [];
    }
    return this.#withWaits(translateLine(this.#parts, line, now));
  }

  /** A prompt was written to the process. */
  promptSent(id: string, now: number): ConversationEvent[] {
    this.#parts.prompts.sent(id);
    this.#parts.waits.turnBegins(now);
    return this.#withWaits([]);
  }

  /** The process has dropped a prompt that waits again: it may get it once more. */
  promptReturned(id: string): void {
    this.#parts.prompts.returned(id);
  }

  /** An ask was answered, or is void. */
  askClosed(requestId: string): ConversationEvent[] {
    this.#parts.waits.askClosed(requestId);
    return this.#withWaits([]);
  }

  /**
   * The process is gone: what was streamed stays as far as it came, tools did
   * not end. `isStopped`: the user has wanted it.
   */
  processEnded(now: number, isStopped = false): ConversationEvent[] {
    const { waits, hooks, tasks, prompts } = this.#parts;
    waits.processEnded();
    return this.#withWaits([
      ...settle(this.#parts, now, true),
      ...hooks.processEnded(now),
      ...tasks.processEnded(),
      ...prompts.processEnded(isStopped),
    ]);
  }

  #withWaits(events: ConversationEvent[]): ConversationEvent[] {
    const changes = this.#parts.waits.changes();
    return changes.length === 0 ? events : [...events, ...changes];
  }
}

/**
 * The same for the CLI's own file: the items that the lines of a process would
 * have given, but for what a file does not tell (translateStored.test.ts has
 * the list).
 */
export class StoredTranslator {
  readonly #parts: Parts;

  constructor(idPrefix: string, folder = "") {
    this.#parts = createParts(idPrefix, folder, true);
  }

  /** A subagent's lines come after those of the conversation that it is of. */
  translateStored({ line, at }: StoredLine): ConversationEvent[] {
    return translateLine(this.#parts, line, at ?? 0);
  }
}
