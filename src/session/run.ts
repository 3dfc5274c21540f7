import type { CliEnd, CliHandle } from "../cli/cliProcess";
import {
  endedAtStartSentence,
  endedAtWorkSentence,
  forgottenSentence,
  notTakenSentence,
  stoppedSentence,
} from "./endSentences";
import type { EndReason, StopRung } from "../protocol/engine";
import type { Translator } from "./translate/translator";

/** One process of a conversation's, and what must be known of it until it has ended. */
export interface Run {
  readonly cli: CliHandle;
  readonly translator: Translator;
  readonly isResumed: boolean;
  /** It has answered `initialize`; before that it is given no prompt, so that none is lost with it. */
  isReady: boolean;
  /** It has ended a turn, or was warm before anybody needed it; so it is worth another start should it end while it is idle. */
  hasServed: boolean;
  /** It reports the life of each prompt; else a turn's result is all there is to go by. */
  hasLifecycle: boolean;
  /** It works without a prompt: a background task has come back. */
  isUnasked: boolean;
  /** It gave a result before it was ready: that it cannot resume the conversation. */
  hasGivenUp: boolean;
  /** A prompt could not be written to it. */
  hasRefused: boolean;
}

export function createRun(
  cli: CliHandle,
  isResumed: boolean,
  translator: Translator,
): Run {
  const isWarm = cli.facts !== undefined;
  return {
    cli,
    translator,
    isResumed,
    isReady: isWarm,
    hasServed: isWarm,
    hasLifecycle: false,
    isUnasked: false,
    hasGivenUp: false,
    hasRefused: false,
  };
}

/** What the end of a process means for its conversation. */
export interface EndMeaning {
  reason: EndReason;
  notice: { tone: "info" | "warning" | "error"; text: string } | null;
  /** Whether what is queued is worth another start at once. */
  goesOn: boolean;
  /** The CLI knows the conversation no more: it cannot be resumed. */
  isForgotten: boolean;
}

interface Circumstances {
  /** How far the user's stop of the turn had to go. */
  rung: StopRung | undefined;
  /** It was at work. */
  wasBusy: boolean;
  /** A prompt waits for it. */
  hasQueued: boolean;
  /** A prompt was given to it, and it had not begun with it. */
  hasReturned: boolean;
}

export function meaningOfEnd(
  run: Run,
  end: CliEnd,
  { rung, wasBusy, hasQueued, hasReturned }: Circumstances,
): EndMeaning {
  const meaning = (
    notice: EndMeaning["notice"],
    goesOn: boolean,
    more: Partial<EndMeaning> = {},
  ): EndMeaning => ({
    ...{ reason: "crashed", notice, goesOn, isForgotten: false },
    ...more,
  });
  if (run.isResumed && run.hasGivenUp) {
    const notice = { tone: "warning", text: forgottenSentence } as const;
    return meaning(notice, true, { isForgotten: true });
  }
  if (rung !== undefined) {
    const notice = { tone: "info", text: stoppedSentence(rung) } as const;
    return meaning(notice, true, { reason: "interrupted" });
  }
  if (wasBusy) {
    return meaning({ tone: "error", text: endedAtWorkSentence(end) }, false);
  }
  if (!run.hasServed && hasQueued) {
    // Another start would most likely end like this one.
    const notice = { tone: "error", text: endedAtStartSentence(end) } as const;
    return meaning(notice, false, end.error ? { reason: "notStarted" } : {});
  }
  if (hasReturned) {
    return meaning({ tone: "info", text: notTakenSentence }, true);
  }
  // It ended while it was idle: what waits is not its fault.
  return meaning(null, true);
}
