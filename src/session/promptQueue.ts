import { Emitter } from "../base/event";
import { Disposable } from "../base/lifecycle";
import type { PromptLine } from "../cli/cliProcess";
import { byteLength } from "../cli/promptImages";
import type { ConversationEvent, QueuedPrompt } from "../protocol/conversation";

/** More would rather be a mistake than a plan. */
export const maxPrompts = 100;
/** Of all that waits, in bytes: it is kept in memory, and on disk for the case of a reload. */
const maxQueueBytes = 64 * 1024 * 1024;

/**
 * The prompts of a conversation, in their order. They wait here and not in the
 * CLI, and one is in flight. A prompt is
 * written (the process has it, but nothing says that the agent has) until the
 * CLI reports its start; only then does it leave the queue, so that none is
 * lost with a process. Pure: who writes, and what the CLI reports, is the
 * session's business.
 */
export class PromptQueue extends Disposable {
  readonly #onDidChange = this.register(new Emitter<ConversationEvent>());
  readonly onDidChange = this.#onDidChange.event;
  #waiting: PromptLine[] = [];
  /** Of those that wait: the written ones, and whether into a turn that runs. */
  readonly #written = new Map<string, "turn" | "steered">();
  /** Those that the agent works on. A prompt that is steered into a turn is one more of them. */
  readonly #running = new Set<string>();

  constructor(private readonly now: () => number) {
    super();
  }

  get waiting(): readonly PromptLine[] {
    return this.#waiting;
  }

  /** The CLI has a prompt of ours. */
  get isBusy(): boolean {
    return this.isRunning || this.#written.size > 0;
  }

  /** The agent works on a prompt of ours. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** The prompt that opens a turn, and whose start the CLI has not reported yet. */
  get opening(): string | undefined {
    return [...this.#written].find(([, how]) => how === "turn")?.[0];
  }

  /** The one to write next; none while one is in flight. */
  next(): PromptLine | undefined {
    return this.isBusy ? undefined : this.#waiting[0];
  }

  add(prompt: PromptLine): "queued" | "full" | "tooLarge" {
    if (this.#waiting.length >= maxPrompts) {
      return "full";
    }
    const bytes = [...this.#waiting, prompt].map(sizeOf);
    if (bytes.reduce((sum, one) => sum + one, 0) > maxQueueBytes) {
      return "tooLarge";
    }
    this.#waiting.push(prompt);
    this.#onDidChange.fire({ type: "promptQueued", prompt: shownAs(prompt) });
    return "queued";
  }

  /** False, as with the next two, for one that does not wait any more. */
  edit(id: string, text: string): boolean {
    const index = this.#freeIndex(id);
    const prompt = this.#waiting[index];
    if (!prompt) {
      return false;
    }
    this.#waiting = this.#waiting.with(index, { ...prompt, text });
    this.#onDidChange.fire({ type: "promptEdited", id, text });
    return true;
  }

  remove(id: string): boolean {
    const index = this.#freeIndex(id);
    if (index < 0) {
      return false;
    }
    this.#waiting = this.#waiting.toSpliced(index, 1);
    this.#onDidChange.fire({ type: "promptRemoved", id });
    return true;
  }

  /** `index`: where it is to be; never before one that is written. */
  move(id: string, index: number): boolean {
    const from = this.#freeIndex(id);
    if (from < 0) {
      return false;
    }
    const first = this.#waiting.findLastIndex((one) =>
      this.#written.has(one.id),
    );
    const last = this.#waiting.length - 1;
    this.#place(from, Math.min(Math.max(index, first + 1), last));
    return true;
  }

  /** Whether it waits, and the process does not have it. */
  isFree(id: string): boolean {
    return this.#freeIndex(id) >= 0;
  }

  /** The process has it, the agent has not. */
  isWritten(id: string): boolean {
    return this.#written.has(id);
  }

  /** It was written to a process, to open a turn or into one that runs. */
  wrote(id: string, how: "turn" | "steered"): void {
    const from = this.#freeIndex(id);
    this.#place(from, this.#written.size);
    this.#written.set(id, how);
  }

  /** The agent has it. */
  started(id: string): void {
    const index = this.#waiting.findIndex((prompt) => prompt.id === id);
    if (index < 0) {
      return;
    }
    this.#waiting = this.#waiting.toSpliced(index, 1);
    this.#written.delete(id);
    this.#running.add(id);
    this.#onDidChange.fire({ type: "promptSent", id, at: this.now() });
  }

  /** The agent is done with it. False when it did not work on it. */
  ended(id: string): boolean {
    return this.#running.delete(id);
  }

  /** The agent is done with all that it had. */
  allEnded(): void {
    this.#running.clear();
  }

  /** The process does not have it any more: it waits again, before all others. */
  returned(id: string): void {
    if (this.#written.delete(id)) {
      const from = this.#waiting.findIndex((prompt) => prompt.id === id);
      this.#place(from, this.#written.size);
    }
  }

  /** The process has ended: what the agent had is over, what it had not started waits again. */
  processEnded(): void {
    for (const id of [...this.#written.keys()].reverse()) {
      this.returned(id);
    }
    this.allEnded();
  }

  #freeIndex(id: string): number {
    return this.#written.has(id)
      ? -1
      : this.#waiting.findIndex((prompt) => prompt.id === id);
  }

  #place(from: number, to: number): void {
    const prompt = this.#waiting[from];
    if (prompt && from !== to) {
      this.#waiting = this.#waiting.toSpliced(from, 1).toSpliced(to, 0, prompt);
      this.#onDidChange.fire({ type: "promptMoved", id: prompt.id, index: to });
    }
  }
}

function shownAs({ id, text, images }: PromptLine): QueuedPrompt {
  return images.length === 0
    ? { id, text }
    : { id, text, imageCount: images.length };
}

function sizeOf({ text, images }: PromptLine): number {
  return images.reduce(
    (sum, { data }) => sum + byteLength(data),
    Buffer.byteLength(text),
  );
}
