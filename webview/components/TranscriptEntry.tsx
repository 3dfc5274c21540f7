import { memo } from "react";
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
  /** How many rows the subagent has made that it is, if it is one. */
  steps: number;
}

/** One item, rendered again only when the item itself or its ask has changed. */
export const TranscriptEntry = memo(
  function TranscriptEntry({ item, place, steps }: TranscriptEntryProps) {
    return (
      <RenderGuard text={"text" in item ? item.text : item.kind}>
        <Item item={item} isAsking={place !== undefined} steps={steps} />
        {place && <AskCard {...place} />}
      </RenderGuard>
    );
  },
  (before, after) =>
    before.item === after.item &&
    before.steps === after.steps &&
    before.place?.ask === after.place?.ask &&
    before.place?.layout === after.place?.layout &&
    before.place?.isAnswered === after.place?.isAnswered,
);

function Item({
  item,
  isAsking,
  steps,
}: {
  item: TranscriptItem;
  isAsking: boolean;
  steps: number;
}) {
  switch (item.kind) {
    case "prompt":
      return <PromptBubble prompt={item} />;
    case "text":
      return <AgentText item={item} />;
    case "thinking":
      return <Thinking item={item} />;
    case "tool":
      return <ToolCard tool={item} isAsking={isAsking} steps={steps} />;
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
