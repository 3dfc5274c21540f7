import type { Envelope, ToWebview } from "../protocol/chatMessages";

export interface ReplayLimits {
  maxMessages: number;
  /** Of the messages as JSON, in UTF-16 units: near enough to bytes for a bound. */
  maxSize: number;
}

/**
 * The last messages to one webview, numbered from 1 within an epoch, until the
 * webview has acknowledged them or the limits are reached.
 */
export class ReplayBuffer {
  #entries: { envelope: Envelope; size: number }[] = [];
  #size = 0;
  #seq = 0;

  constructor(
    readonly epoch: string,
    private readonly limits: ReplayLimits,
  ) {}

  /** Numbers a message and keeps it. */
  add(body: ToWebview): Envelope {
    this.#seq += 1;
    const envelope: Envelope = { epoch: this.epoch, seq: this.#seq, body };
    const size = JSON.stringify(body).length;
    this.#entries.push({ envelope, size });
    this.#size += size;
    while (
      this.#entries.length > this.limits.maxMessages ||
      (this.#size > this.limits.maxSize && this.#entries.length > 1)
    ) {
      this.#dropFirst();
    }
    return envelope;
  }

  /** Everything up to and including `seq` has arrived. */
  acknowledge(seq: number): void {
    while ((this.#entries[0]?.envelope.seq ?? Infinity) <= seq) {
      this.#dropFirst();
    }
  }

  /** What came after `seq`, or undefined when some of it is no longer there (or never was). */
  after(seq: number): Envelope[] | undefined {
    const first = this.#entries[0]?.envelope.seq ?? this.#seq + 1;
    if (seq > this.#seq || seq + 1 < first) {
      return undefined;
    }
    return this.#entries
      .map(({ envelope }) => envelope)
      .filter((envelope) => envelope.seq > seq);
  }

  #dropFirst(): void {
    this.#size -= this.#entries.shift()?.size ?? 0;
  }
}
