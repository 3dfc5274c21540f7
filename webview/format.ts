import type { TranscriptItem, Waiting } from "../src/protocol/conversation";

/** "40 ms", "0.4 s", "12 s", "3 min 5 s", "1 h 2 min". */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, durationMs) / 1000;
  if (seconds < 0.0995) {
    return `${Math.round(seconds * 1000)} ms`;
  }
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** For a running stopwatch: whole seconds, so that it does not flicker. */
export function formatElapsed(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** US dollars with four digits after the point below one cent's reach, else two. */
export function formatCost(costUsd: number): string {
  return `$${costUsd.toFixed(costUsd < 0.1 ? 4 : 2)}`;
}

export function formatTokens(tokens: number): string {
  return `${tokens.toLocaleString("en-US")} ${tokens === 1 ? "token" : "tokens"}`;
}

/** The last part of a path, of either kind of slash. */
export function baseName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part.length > 0) ?? path;
}

/** The foot of a turn: what it took, in a line. */
export function turnWords(
  turn: Extract<TranscriptItem, { kind: "turn" }>,
): string {
  const words = [
    turn.outcome === "interrupted" ? "Interrupted" : null,
    turn.outcome === "failed" ? "Failed" : null,
    turn.durationMs === null ? null : formatDuration(turn.durationMs),
    turn.outputTokens === null ? null : formatTokens(turn.outputTokens),
    turn.costUsd === null ? null : formatCost(turn.costUsd),
  ];
  return words.filter((word) => word !== null).join(" · ");
}

export function compactionWords(
  compaction: Extract<TranscriptItem, { kind: "compaction" }>,
): string {
  const { status, tokensBefore, tokensAfter } = compaction;
  if (status !== "done") {
    return status === "running"
      ? "Compacting the conversation…"
      : "The conversation could not be compacted.";
  }
  return tokensBefore === null || tokensAfter === null
    ? "Conversation compacted"
    : `Conversation compacted: ${formatTokens(tokensBefore)} → ${formatTokens(tokensAfter)}`;
}

/** What the agent does while nothing on the screen moves. */
export function waitingWords(waiting: Waiting | null): string {
  switch (waiting?.kind) {
    case "retry":
      return `The API did not answer as it should; trying again (${waiting.attempt} of ${waiting.of})…`;
    case "compaction":
      return "Compacting the conversation…";
    case "hook":
      return `Running a hook (${waiting.name})…`;
    default:
      return "Working…";
  }
}
