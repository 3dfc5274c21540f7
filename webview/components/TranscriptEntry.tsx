import { memo, type ReactNode } from "react";
import type { TranscriptItem } from "../../src/protocol/conversation";
import { AgentText } from "./AgentText";
import { AskCard, type AskPlace } from "./AskCard";
import { CompactionLine } from "./CompactionLine";
import { HookLine } from "./HookLine";
import { NoticeLine } from "./NoticeLine";
import { PromptBubble } from "./PromptBubble";
import { RenderGuard } from "./RenderGuard";
import { Thinking } from "./Thinking";
import { ToolCard } from "./ToolCard";
import { TurnFoot } from "./TurnFoot";

interface TranscriptEntryProps {
  item: TranscriptItem;
  /** The ask about this tool, if one is open. */
  place: AskPlace | undefined;
}

/** One item, rendered again only when the item itself or its ask has changed. */
export const TranscriptEntry = memo(
  function TranscriptEntry({ item, place }: TranscriptEntryProps) {
    return (
      <RenderGuard text={"text" in item ? item.text : item.kind}>
        <Nested isNested={"parent" in item && item.parent !== undefined}>
          <Item item={item} isAsking={place !== undefined} />
        </Nested>
        {place && <AskCard {...place} />}
      </RenderGuard>
    );
  },
  (before, after) =>
    before.item === after.item &&
    before.place?.ask === after.place?.ask &&
    before.place?.layout === after.place?.layout &&
    before.place?.isAnswered === after.place?.isAnswered,
);

/** What a subagent says and does stands apart from what the agent itself does. */
function Nested({
  isNested,
  children,
}: {
  isNested: boolean;
  children: ReactNode;
}) {
  return isNested ? <div className="nested">{children}</div> : children;
}

function Item({ item, isAsking }: { item: TranscriptItem; isAsking: boolean }) {
  switch (item.kind) {
    case "prompt":
      return <PromptBubble prompt={item} />;
    case "text":
      return <AgentText item={item} />;
    case "thinking":
      return <Thinking item={item} />;
    case "tool":
      return <ToolCard tool={item} isAsking={isAsking} />;
    case "hook":
      return <HookLine hook={item} />;
    case "compaction":
      return <CompactionLine compaction={item} />;
    case "notice":
      return <NoticeLine notice={item} />;
    case "turn":
      return <TurnFoot turn={item} />;
  }
}
