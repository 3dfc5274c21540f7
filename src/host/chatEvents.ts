import type { Logger } from "../base/log";
import {
  type CaptureDeps,
  captureDecision,
  captureHookPayload,
} from "../hook/capture";
import type { ClosedAsk } from "../permission/broker";
import type { AppendOutcome } from "../queue/append";
import type { Session } from "../session/session";

/** Puts what happens in the chat into the queue, by the same way as the installed hook. */
export class ChatEvents {
  constructor(private readonly deps: CaptureDeps & { log: Logger }) {}

  /** What a hook of a chat's CLI reported. The agent has its answer already. */
  record(payload: unknown): void {
    this.#tell(captureHookPayload(this.deps, payload, undefined, "chat"));
  }

  /** An answer of the user's is an event too. */
  recordDecision(
    closed: ClosedAsk,
    session: Pick<Session, "cliSessionId" | "conversation"> | undefined,
  ): void {
    if (closed.outcome === "void") {
      return;
    }
    const decision = {
      toolName: closed.ask.toolName,
      decision: closed.outcome,
      by: "user",
      reason: `Answered by the user in the ${closed.by ?? "chat"}.`,
      waitedMs: closed.waitedMs,
    } as const;
    const about = {
      sessionId: session?.cliSessionId,
      cwd: session?.conversation.folder,
    };
    this.#tell(captureDecision(this.deps, decision, about));
  }

  #tell(outcome: AppendOutcome): void {
    if (outcome.kind === "failed") {
      this.deps.log.warn(`An event was not queued: ${outcome.reason}`);
    }
  }
}
