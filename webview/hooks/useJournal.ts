import { useSyncExternalStore } from "react";
import { useChat } from "../chat";
import type { JournalState } from "../journal";

export function useJournal(): JournalState {
  const { journal } = useChat();
  return useSyncExternalStore(journal.subscribe, journal.state, journal.state);
}
