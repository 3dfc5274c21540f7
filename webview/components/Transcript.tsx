import { type ReactNode, type RefObject, useState } from "react";
import type { Conversation } from "../../src/protocol/conversation";
import { AskCard } from "./AskCard";
import { askPlaces, type AskHandlers } from "./askPlaces";
import { waitingWords } from "../format";
import { EarlierButton } from "./EarlierButton";
import { Icon } from "../icons/Icon";
import { JumpPill } from "./JumpPill";
import { TranscriptEntry } from "./TranscriptEntry";

/** So many items are rendered at first and added by each "Show earlier". */
const pageSize = 200;

interface TranscriptProps {
  conversation: Conversation;
  viewport: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  isFollowing: boolean;
  onJump: () => void;
  asks: AskHandlers;
  /** Shown instead while there is nothing to show. */
  empty: ReactNode;
}

/** The conversation, oldest first; follows its end until the user scrolls away. */
export function Transcript({
  conversation,
  viewport,
  content,
  isFollowing,
  onJump,
  asks,
  empty,
}: TranscriptProps) {
  const { items } = conversation;
  const start = useWindowStart(items.length, isFollowing);
  const shown = items.slice(start.index);
  const { ofTool, others } = askPlaces(conversation.asks, shown, asks);
  const isEmpty = items.length === 0 && others.length === 0;
  return (
    <main className="stage">
      <div
        ref={viewport}
        className="transcript"
        data-testid="transcript"
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
      >
        <div ref={content} className="column items">
          {isEmpty && empty}
          {start.index > 0 && (
            <EarlierButton count={start.index} onShow={start.showEarlier} />
          )}
          {shown.map((item) => (
            <TranscriptEntry
              key={item.id}
              item={item}
              place={ofTool.get(item.id)}
            />
          ))}
          {isSilent(conversation) && (
            <WorkingLine words={waitingWords(conversation.waiting)} />
          )}
          {others.map((place) => (
            <AskCard key={place.ask.id} {...place} />
          ))}
        </div>
      </div>
      {!isFollowing && <JumpPill onJump={onJump} />}
    </main>
  );
}

/** The agent is at work and nothing on the screen moves: between two blocks, or before the first. */
function isSilent({ activity, items }: Conversation): boolean {
  const last = items.at(-1);
  const isMoving =
    (last?.kind === "tool" &&
      (last.status === "running" || last.status === "preparing")) ||
    ((last?.kind === "text" || last?.kind === "thinking") && last.streaming);
  return (activity === "running" || activity === "starting") && !isMoving;
}

function WorkingLine({ words }: { words: string }) {
  return (
    <div className="working">
      <Icon name="spinner" />
      {words}
    </div>
  );
}

/**
 * Which items are in the document: a long conversation costs what its last
 * pages cost. The start moves only while the user is at the end, where he
 * cannot see it move.
 */
function useWindowStart(count: number, isFollowing: boolean) {
  const [index, setIndex] = useState(() => Math.max(0, count - pageSize));
  const isOutside = index > count;
  const isLong = isFollowing && count - index > 2 * pageSize;
  if (isOutside || isLong) {
    setIndex(Math.max(0, count - pageSize));
  }
  return {
    index: Math.min(index, count),
    showEarlier: () => setIndex(Math.max(0, index - pageSize)),
  };
}
