import type { WireLine } from "../cli/wire";
import type { SystemLine } from "../cli/wire/systemLines";
import type { ConversationEvent } from "../protocol/conversation";
import type { PromptQueue } from "./promptQueue";
import type { Run } from "./run";
import { isFinalRefusal } from "./translate/failures";

/** What a conversation must do about a line of its process's. */
export interface TurnListener {
  told(events: readonly ConversationEvent[]): void;
  /** The agent works, asked or not. */
  working(): void;
  /** What the agent had is over. */
  turnEnded(run: Run): void;
  /** The CLI has dropped this prompt before the agent had it. */
  dropped(promptId: string): void;
  /** The API does not accept who the user is, and the CLI would try for minutes. */
  refused(): void;
  sessionExists(sessionId: string | undefined): void;
  modeChanged(permissionMode: string): void;
}

/**
 * Knows from the CLI's lines which prompts the agent works on. A prompt's life
 * is told by its id (`command_lifecycle`); results are not counted, since
 * there are turns that nobody has asked for. Only with a CLI that reports no
 * lives a turn's result is all there is to go by.
 */
export class TurnReader {
  constructor(
    private readonly deps: {
      queue: PromptQueue;
      now(): number;
      listener: TurnListener;
    },
  ) {}

  take(run: Run, line: WireLine): void {
    if (line.type === "result" && !run.isReady) {
      // No turn ended, since none began.
      run.hasGivenUp = true;
      return;
    }
    if (line.type === "command_lifecycle") {
      run.hasLifecycle = true;
      if (line.state === "started") {
        this.#started(line.command_uuid);
      }
    }
    const events = run.translator.translate(line, this.deps.now());
    this.deps.listener.told(events);
    switch (line.type) {
      case "system":
        this.#takeSystem(run, line);
        break;
      case "command_lifecycle":
        this.#takeEnd(run, line.command_uuid, line.state);
        break;
      case "result":
        this.#takeResult(run);
        break;
      default:
        break;
    }
  }

  #started(promptId: string): void {
    this.deps.queue.started(promptId);
    this.deps.listener.working();
  }

  #takeEnd(run: Run, promptId: string, state: string): void {
    const { queue, listener } = this.deps;
    if (state !== "completed" && state !== "cancelled") {
      return;
    }
    if (queue.isWritten(promptId)) {
      listener.dropped(promptId);
      return;
    }
    if (queue.ended(promptId) && !queue.isRunning) {
      listener.turnEnded(run);
    }
  }

  #takeResult(run: Run): void {
    const { queue, listener } = this.deps;
    if (run.hasLifecycle && queue.isRunning) {
      return;
    }
    queue.allEnded();
    listener.turnEnded(run);
  }

  #takeSystem(run: Run, line: SystemLine): void {
    const { queue, listener } = this.deps;
    switch (line.subtype) {
      case "init":
        listener.sessionExists(line.session_id ?? undefined);
        if (!run.hasLifecycle && queue.opening !== undefined) {
          this.#started(queue.opening);
        } else if (!queue.isRunning) {
          run.isUnasked = true;
          listener.working();
        }
        break;
      case "api_retry":
        if (isFinalRefusal(line)) {
          listener.refused();
        }
        break;
      case "status":
        if (line.permissionMode != null) {
          listener.modeChanged(line.permissionMode);
        }
        break;
      default:
        break;
    }
  }
}
