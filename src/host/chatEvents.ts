import type { Logger } from "../base/log";
import {
  type CaptureDeps,
  captureDecision,
  captureHookPayload,
  captureLifecycle,
} from "../hook/capture";
import { cliDecisionOf } from "../hook/decision";
import type { CliStart } from "../cli/arguments";
import type { ConversationEvent } from "../protocol/conversation";
import type { ClosedAsk } from "../permission/broker";
import type { AppendOutcome } from "../queue/append";
import type { Session } from "../session/session";

type Followed = Pick<Session, "cliSessionId" | "conversation">;

/** Puts what happens in the chat into the queue, by the same way as the installed hook. */
export class ChatEvents {
  constructor(private readonly deps: CaptureDeps & { log: Logger }) {}

  /** What a hook of a chat's CLI reported. The agent has its answer already. */
  record(payload: unknown): void {
    this.#tell(captureHookPayload(this.deps, payload, undefined, "chat"));
  }

  /** The CLI does not call back for the start and the end of its own process. */
  processStarted(
    { session, options }: CliStart,
    ended: Promise<unknown>,
  ): void {
    const about = {
      sessionId: session.id,
      cwd: options.cwd,
      permissionMode: options.permissionMode ?? undefined,
    };
    const why = session.kind === "resume" ? "resume" : "startup";
    this.#tell(captureLifecycle(this.deps, "SessionStart", why, about));
    void ended.then(() =>
      this.#tell(captureLifecycle(this.deps, "SessionEnd", "other", about)),
    );
  }

  /** Calls that nobody was asked about were decided too: by a rule, a mode or a hook. */
  follow(event: ConversationEvent, session: Followed): void {
    if (event.type !== "toolEnded" || !event.decision) {
      return;
    }
    const { decision: word, source, reasonType } = event.decision;
    const told = { decision: word, source, reason_type: reasonType };
    const decided = cliDecisionOf(told);
    const tool = session.conversation.items.find(
      (item) => item.kind === "tool" && item.id === event.id,
    );
    if (decided && decided.by !== "user" && tool?.kind === "tool") {
      const decision = { ...decided, toolName: tool.name };
      this.#tell(captureDecision(this.deps, decision, aboutOf(session)));
    }
  }

  /** An answer of the user's is an event too. */
  recordDecision(closed: ClosedAsk, session: Followed | undefined): void {
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
    this.#tell(captureDecision(this.deps, decision, aboutOf(session)));
  }

  #tell(outcome: AppendOutcome): void {
    if (outcome.kind === "failed") {
      this.deps.log.warn(`An event was not queued: ${outcome.reason}`);
    }
  }
}

function aboutOf(session: Followed | undefined) {
  return {
    sessionId: session?.cliSessionId,
    cwd: session?.conversation.folder,
  };
}
