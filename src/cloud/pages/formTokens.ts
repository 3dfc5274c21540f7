import type { Clock } from "../../base/clock";
import { type RandomBytes, randomToken } from "../auth/secrets";

/** Longer than any code lives by default; in milliseconds. */
const lifetimeMs = 15 * 60 * 1000;

/** Opening pages for ever must not fill the memory: the oldest forms go first. */
const maxTokens = 500;

/**
 * Single-use tokens that prove that a form came from a page this server
 * rendered, for this very code. In memory only: a page that has outlived the
 * server is simply opened again.
 */
export class FormTokens {
  readonly #issued = new Map<string, { subject: string; expiresAt: number }>();
  readonly #deps: { clock: Clock; randomBytes: RandomBytes };

  constructor(deps: { clock: Clock; randomBytes: RandomBytes }) {
    this.#deps = deps;
  }

  issue(subject: string): string {
    const [oldest] = this.#issued.keys();
    if (oldest !== undefined && this.#issued.size >= maxTokens) {
      this.#issued.delete(oldest);
    }
    const token = randomToken(this.#deps.randomBytes);
    const expiresAt = this.#deps.clock.now() + lifetimeMs;
    this.#issued.set(token, { subject, expiresAt });
    return token;
  }

  /** Whether `token` was issued for `subject`; it is gone afterwards. */
  take(token: string, subject: string): boolean {
    const found = this.#issued.get(token);
    this.#issued.delete(token);
    return (
      found?.subject === subject && found.expiresAt > this.#deps.clock.now()
    );
  }
}
