import { formatElapsed } from "../format";
import { useNow } from "../hooks/useNow";

/** A running stopwatch, quiet for the first two seconds; `since` is ms since 1970. */
export function Elapsed({ since, lead }: { since: number; lead?: string }) {
  const elapsedMs = useNow() - since;
  return elapsedMs < quietMs
    ? null
    : `${lead ?? ""}${formatElapsed(elapsedMs)}`;
}

const quietMs = 2000;
