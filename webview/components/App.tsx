import { useSyncExternalStore } from "react";
import { baseName } from "../format";
import { useAsks } from "../hooks/useAsks";
import { useFollowBottom } from "../hooks/useFollowBottom";
import { useJournal } from "../hooks/useJournal";
import type { ChatState, ChatStore } from "../store";
import { Announcer } from "./Announcer";
import { AskBar } from "./AskBar";
import { Composer } from "./Composer";
import { DemoBanner } from "./DemoBanner";
import { EmptyState } from "./EmptyState";
import { Header } from "./Header";
import { QueuedPrompts } from "./QueuedPrompts";
import { ReadinessCard } from "./ReadinessCard";
import { SignInHint } from "./SignInHint";
import { Transcript } from "./Transcript";

/** The chat; blank until the host has told what there is. */
export function App({ store }: { store: ChatStore }) {
  const state = useSyncExternalStore(store.subscribe, store.shown, store.shown);
  return state && <View state={state} />;
}

function View({ state }: { state: ChatState }) {
  const { conversation, surroundings } = state;
  const { folder, activity, items } = conversation;
  const { readiness } = surroundings;
  const { unsent } = useJournal();
  const { viewport, content, isFollowing, jump } = useFollowBottom(
    conversation.id,
  );
  const asks = useAsks();
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
      <Transcript
        conversation={conversation}
        viewport={viewport}
        content={content}
        isFollowing={isFollowing}
        onJump={jump}
        asks={asks}
        empty={hindrance || <EmptyState />}
      />
      <footer className="foot">
        <div className="column">
          {hiddenAsk && <AskBar ask={hiddenAsk} />}
          {items.length > 0 && hindrance}
          <QueuedPrompts queued={conversation.queued} unsent={unsent} />
          <Composer
            folderName={baseName(folder)}
            activity={activity}
            canSend={readiness.kind === "ready"}
            onSent={jump}
          />
          {surroundings.signedInAs === null && <SignInHint />}
        </div>
      </footer>
      <Announcer conversation={conversation} />
    </div>
  );
}
