import { useMemo, useSyncExternalStore } from "react";
import type { TranscriptItem } from "../../src/protocol/conversation";
import { baseName } from "../format";
import { useAsks } from "../hooks/useAsks";
import { useFindKey } from "../hooks/useFindKey";
import { useJournal } from "../hooks/useJournal";
import { usePinnedRows } from "../hooks/usePinnedRows";
import { useTranscriptScroll } from "../hooks/useTranscriptScroll";
import { useChat } from "../chat";
import { outline } from "../outline";
import type { ChatState, ChatStore } from "../store";
import { Announcer } from "./Announcer";
import { AskBar } from "./AskBar";
import { askPlaces } from "./askPlaces";
import { Composer } from "./Composer";
import { DemoBanner } from "./DemoBanner";
import { EmptyState } from "./EmptyState";
import { FindBar } from "./FindBar";
import { Header } from "./Header";
import { QueuedPrompts } from "./QueuedPrompts";
import { ReadinessCard } from "./ReadinessCard";
import { SignInHint } from "./SignInHint";
import { TodoList } from "./TodoList";
import { Transcript } from "./Transcript";

/** The chat; blank until the host has told what there is. */
export function App({ store }: { store: ChatStore }) {
  const state = useSyncExternalStore(store.subscribe, store.shown, store.shown);
  return state && <View key={state.conversation.id} state={state} />;
}

function View({ state }: { state: ChatState }) {
  const { conversation, surroundings } = state;
  const { folder, activity, items } = conversation;
  const { readiness } = surroundings;
  const { unsent } = useJournal();
  const { isFinding, close } = useFindKey();
  const asks = useAsks();
  const lines = useOutline(items);
  const places = askPlaces(conversation.asks, lines.rows, asks);
  const { pinned, onFocus } = usePinnedRows(places.ofTool);
  const shown = useTranscriptScroll(
    conversation.id,
    lines.rows,
    pinned,
    items.length,
  );
  const hiddenAsk = conversation.asks.find(({ id }) => asks.outOfSight.has(id));
  const hindrance = readiness.kind !== "ready" && (
    <ReadinessCard readiness={readiness} />
  );
  return (
    <div className="app">
      <Header
        folder={folder}
        model={conversation.model}
        permissionMode={conversation.permissionMode}
        activity={activity}
        since={items.findLast((item) => item.kind === "prompt")?.at ?? null}
      />
      {surroundings.isDemo && <DemoBanner />}
      {isFinding && (
        <FindBar items={items} scroll={shown.scroll} onClose={close} />
      )}
      <Transcript
        conversation={conversation}
        outline={lines}
        shown={shown}
        asks={places}
        onFocus={onFocus}
        empty={hindrance || <EmptyState />}
      />
      <footer className="foot">
        <div className="column">
          {hiddenAsk && <AskBar ask={hiddenAsk} />}
          {items.length > 0 && hindrance}
          <TodoList todos={conversation.todos} />
          <QueuedPrompts queued={conversation.queued} unsent={unsent} />
          <Composer
            folderName={baseName(folder)}
            activity={activity}
            canSend={readiness.kind === "ready"}
            onSent={() => shown.scroll.jump()}
          />
          {surroundings.signedInAs === null && <SignInHint />}
        </div>
      </footer>
      <Announcer conversation={conversation} />
    </div>
  );
}

function useOutline(items: TranscriptItem[]) {
  const { folds } = useChat();
  const open = useSyncExternalStore(folds.subscribe, folds.open, folds.open);
  return useMemo(() => outline(items, open), [items, open]);
}
