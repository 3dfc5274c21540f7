import type { ReactNode } from "react";
import type { Conversation } from "../../src/protocol/conversation";
import { waitingWords } from "../format";
import type { ShownRows } from "../hooks/useTranscriptScroll";
import { Icon } from "../icons/Icon";
import type { Outline } from "../outline";
import type { RowPart } from "../rowParts";
import type { TranscriptScroll } from "../transcriptScroll";
import { AskCard, type AskPlace } from "./AskCard";
import type { AskPlaces } from "./askPlaces";
import { JumpPill } from "./JumpPill";
import { TranscriptEntry } from "./TranscriptEntry";
import { TranscriptRow } from "./TranscriptRow";

interface TranscriptProps {
  conversation: Conversation;
  outline: Outline;
  shown: ShownRows;
  asks: AskPlaces;
  /** The row that has the keyboard's focus must not leave the document. */
  onFocus: (rowId: string | null) => void;
  /** Shown instead while there is nothing to show. */
  empty: ReactNode;
}

/** The conversation, oldest first; follows its end until the user scrolls away. */
export function Transcript({
  conversation,
  outline,
  shown,
  asks: { ofTool, others },
  onFocus,
  empty,
}: TranscriptProps) {
  const { viewport, parts, isFollowing, newCount, scroll } = shown;
  const isEmpty = conversation.items.length === 0 && others.length === 0;
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
        onFocus={(event) =>
          onFocus(
            event.target.closest<HTMLElement>("[data-row]")?.dataset["row"] ??
              null,
          )
        }
      >
        <div className="items">
          {isEmpty && empty}
          {parts.map((part) => (
            <Part
              key={"row" in part ? part.row.id : part.key}
              part={part}
              outline={outline}
              shown={shown}
              ofTool={ofTool}
            />
          ))}
          <AtTheEnd conversation={conversation} asks={others} scroll={scroll} />
        </div>
      </div>
      {!isFollowing && (
        <JumpPill newCount={newCount} onJump={() => scroll.jump()} />
      )}
    </main>
  );
}

/** What comes after the items: that the agent is at work, and asks that belong to none of them. */
function AtTheEnd({
  conversation,
  asks,
  scroll,
}: {
  conversation: Conversation;
  asks: AskPlace[];
  scroll: TranscriptScroll;
}) {
  return (
    <>
      {isSilent(conversation) && (
        <TranscriptRow id="working" depth={0} scroll={scroll}>
          <WorkingLine words={waitingWords(conversation.waiting)} />
        </TranscriptRow>
      )}
      {asks.map((place) => (
        <TranscriptRow
          key={place.ask.id}
          id={`ask ${place.ask.id}`}
          depth={0}
          scroll={scroll}
        >
          <AskCard {...place} />
        </TranscriptRow>
      ))}
    </>
  );
}

function Part({
  part,
  outline,
  shown,
  ofTool,
}: {
  part: RowPart;
  outline: Outline;
  shown: ShownRows;
  ofTool: ReadonlyMap<string, AskPlace>;
}) {
  if ("gapPx" in part) {
    return <div className="gap" style={{ height: part.gapPx }} />;
  }
  const { row } = part;
  return (
    <TranscriptRow
      id={row.id}
      depth={outline.depths.get(row.id) ?? 0}
      scroll={shown.scroll}
    >
      <TranscriptEntry
        item={row}
        place={ofTool.get(row.id)}
        steps={outline.steps.get(row.id) ?? 0}
      />
    </TranscriptRow>
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
