import type { CliEnd } from "../cli/cliProcess";
import type { StopRung } from "../protocol/engine";

/** What the user reads when a conversation's process has ended, or was ended. */
export function stoppedSentence(rung: StopRung): string {
  const how = rung === "asked" ? "ended itself" : `had to be ended (${rung})`;
  return `Stopped. Claude ${how} for it; your next prompt resumes the conversation.`;
}

/** It had ended, or did so that moment. */
export const notTakenSentence =
  "Claude had ended before it took your prompt. It is sent again, to a new process that resumes the conversation.";

export const elsewhereSentence =
  "This conversation is open in another window. Your prompt is kept; take the conversation over to go on here, or go on there.";

export const takenOverSentence =
  "Another window has taken this conversation over.";

export const forgottenSentence =
  "Claude has no record of this conversation, so it starts anew: it does not know what was said above.";

export const refusedKeySentence =
  "Claude's API refused the sign-in (401). Run `claude` in a terminal to sign in again, or check the API key, then send your prompt once more.";

/** It ended while it worked on a prompt. */
export function endedAtWorkSentence(end: CliEnd): string {
  return `Claude ended in the middle of its work (${describeEnd(end)}).${lastWords(end)} Send your next prompt to resume the conversation.`;
}

/** It ended without having taken a prompt, which is therefore still queued. */
export function endedAtStartSentence(end: CliEnd): string {
  const what = end.error
    ? `Claude could not be started (${end.error.message}).`
    : `Claude ended before it took your prompt (${describeEnd(end)}).${lastWords(end)}`;
  return `${what} Your prompt is kept, and is sent before your next one.`;
}

export function describeEnd(end: CliEnd): string {
  if (end.error) {
    return `it could not be started (${end.error.message})`;
  }
  return end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
}

/** Where a signal ended it, what it said before explains nothing. */
function lastWords({ signal, stderrTail }: CliEnd): string {
  const words = stderrTail.split("\n").at(-1) ?? "";
  return words === "" || signal !== null ? "" : ` It said: ${words}`;
}

/** After /clear. */
export const clearedSentence =
  "Cleared: Claude no longer knows what was said above.";
