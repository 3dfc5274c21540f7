import type { Ask, TranscriptItem } from "../../src/protocol/conversation";
import type { AskPlace } from "./AskCard";

export interface AskHandlers extends Pick<AskPlace, "onAnswer" | "onSeen"> {
  answered: ReadonlySet<string>;
}

export interface AskPlaces {
  ofTool: ReadonlyMap<string, AskPlace>;
  others: AskPlace[];
}

/** Which ask belongs under which tool's card; one whose tool has no row goes to the end, as none may be missed. */
export function askPlaces(
  asks: Ask[],
  rows: TranscriptItem[],
  { answered, onAnswer, onSeen }: AskHandlers,
): AskPlaces {
  const layout = asks.map((ask) => ask.id).join(" ");
  const ofTool = new Map<string, AskPlace>();
  const others: AskPlace[] = [];
  for (const ask of asks) {
    const isAnswered = answered.has(ask.id);
    const place = { ask, layout, isAnswered, onAnswer, onSeen };
    const hasCard = rows.some(
      (item) => item.kind === "tool" && item.id === ask.toolUseId,
    );
    if (hasCard && !ofTool.has(ask.toolUseId)) {
      ofTool.set(ask.toolUseId, place);
    } else {
      others.push(place);
    }
  }
  return { ofTool, others };
}
