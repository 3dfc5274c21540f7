import type { TranscriptItem } from "../../src/protocol/conversation";
import { Folded } from "./Folded";
import { MonoBlock } from "./MonoBlock";

type Hook = Extract<TranscriptItem, { kind: "hook" }>;

const words: Record<Hook["status"], string> = {
  running: "Hook",
  done: "Hook",
  failed: "Hook failed",
  blocked: "Hook blocked this",
};

/** A hook that had something to say; the others, most of them, would only be in the way. */
export function HookLine({ hook }: { hook: Hook }) {
  const isQuiet = hook.status === "done" || hook.status === "running";
  if (isQuiet && hook.output.trim() === "") {
    return null;
  }
  return (
    <Folded
      className={`hook hook-${hook.status}`}
      line={
        <span data-testid="hook">
          {words[hook.status]}: {hook.name}
        </span>
      }
    >
      <MonoBlock label="Output" text={hook.output} />
    </Folded>
  );
}
