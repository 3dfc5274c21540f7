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

/** A hook that had something to say; outline.ts leaves out the others. */
export function HookLine({ hook }: { hook: Hook }) {
  return (
    <Folded
      foldKey={hook.id}
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
