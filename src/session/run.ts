import type { CliEnd, CliProcess } from "../cli/cliProcess";
import {
  endedAtStartSentence,
  endedAtWorkSentence,
  forgottenSentence,
  stoppedSentence,
} from "./endSentences";
import type { Translator } from "./translate/translator";

/** One process of a conversation's, and what must be known of it until it has ended. */
export interface Run {
  readonly cli: CliProcess;
  readonly translator: Translator;
  readonly isResumed: boolean;
  /** It has answered `initialize`; before that it is given no prompt, so that none is lost with it. */
  isReady: boolean;
  /** It has ended a turn, so it is worth another start should it end while it is idle. */
  hasServed: boolean;
  /** It reports the life of each prompt; else a turn's result is all there is to go by. */
  hasLifecycle: boolean;
  /** It works without a prompt: a background task has come back. */
  isUnasked: boolean;
  /** It gave a result before it was ready: that it cannot resume the conversation. */
  hasGivenUp: boolean;
}

export function createRun(
  cli: CliProcess,
  isResumed: boolean,
  translator: Translator,
): Run {
  return {
    cli,
    translator,
    isResumed,
    isReady: false,
    hasServed: false,
    hasLifecycle: false,
    isUnasked: false,
    hasGivenUp: false,
  };
}

/** What the end of a process means for its conversation. */
interface EndMeaning {
  notice: { tone: "info" | "warning" | "error"; text: string } | null;
  /** Whether what is queued is worth another start at once. */
  goesOn: boolean;
  /** The CLI knows the conversation no more: it cannot be resumed. */
  isForgotten: boolean;
}

interface Circumstances {
  /** The user had asked for the end of the turn. */
  wasStopping: boolean;
  /** It was at work. */
  wasBusy: boolean;
  /** A prompt waits for it. */
  hasQueued: boolean;
}

export function meaningOfEnd(
  run: Run,
  end: CliEnd,
  { wasStopping, wasBusy, hasQueued }: Circumstances,
): EndMeaning {
  const meaning = (
    notice: EndMeaning["notice"],
    goesOn: boolean,
    isForgotten = false,
  ): EndMeaning => ({ notice, goesOn, isForgotten });
  if (run.isResumed && run.hasGivenUp) {
    return meaning({ tone: "warning", text: forgottenSentence }, true, true);
  }
  if (wasStopping) {
    return meaning({ tone: "info", text: stoppedSentence }, true);
  }
  if (wasBusy) {
    return meaning({ tone: "error", text: endedAtWorkSentence(end) }, false);
  }
  if (!run.hasServed && hasQueued) {
    // Another start would most likely end like this one.
    return meaning({ tone: "error", text: endedAtStartSentence(end) }, false);
  }
  // It ended while it was idle: what waits is not its fault.
  return meaning(null, true);
}
