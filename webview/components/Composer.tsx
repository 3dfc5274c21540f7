import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import type { Activity } from "../../src/protocol/conversation";
import { useChat } from "../chat";
import { useJournal } from "../hooks/useJournal";
import { ComposerButtons } from "./ComposerButtons";

/** The limit of the protocol's sendPrompt. */
const longestPrompt = 1_000_000;

const busy: ReadonlySet<Activity> = new Set([
  "starting",
  "running",
  "waiting",
  "stopping",
]);

interface ComposerProps {
  folderName: string;
  activity: Activity;
  /** False when the host could do nothing with a prompt; typing is always possible. */
  canSend: boolean;
  onSent: () => void;
}

/** Where the user types. Enter sends what is here and does nothing else, whatever else is on the screen. */
export function Composer({
  folderName,
  activity,
  canSend,
  onSent,
}: ComposerProps) {
  const chat = useChat();
  const { draft } = useJournal();
  const box = useRef<HTMLTextAreaElement>(null);
  const isTooLong = draft.length > longestPrompt;
  const isSendable = canSend && draft.trim() !== "" && !isTooLong;
  const isBusy = busy.has(activity);

  useEffect(() => box.current?.focus(), []);
  useLayoutEffect(() => fitHeight(box.current), [draft]);

  const send = () => {
    if (isSendable) {
      chat.sendPrompt(draft);
      onSent();
      // Send may have been clicked, and is disabled now: the keyboard's place is here.
      box.current?.focus();
    }
  };
  return (
    <div className="composer">
      <textarea
        ref={box}
        data-testid="composer"
        rows={1}
        value={draft}
        aria-label="Prompt"
        placeholder={placeholder(folderName)}
        onChange={(event) => chat.journal.setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (isSendKey(event)) {
            event.preventDefault();
            send();
          }
        }}
      />
      <div className="composer-foot">
        <span className="composer-hint">{hint(isTooLong, isBusy, draft)}</span>
        <ComposerButtons
          isSendable={isSendable}
          isBusy={isBusy}
          isStopping={activity === "stopping"}
          onSend={send}
          onStop={() => chat.interrupt()}
        />
      </div>
    </div>
  );
}

/** Enter that ends an input method's composition belongs to the input method. */
function isSendKey(event: KeyboardEvent): boolean {
  return (
    event.key === "Enter" &&
    !event.shiftKey &&
    !event.altKey &&
    !event.nativeEvent.isComposing
  );
}

function placeholder(folderName: string): string {
  return folderName === ""
    ? "Ask Claude to do something…"
    : `Ask Claude to do something in ${folderName}…`;
}

function hint(isTooLong: boolean, isBusy: boolean, draft: string): ReactNode {
  if (isTooLong) {
    const excess = (draft.length - longestPrompt).toLocaleString("en-US");
    return <span role="alert">Too long by {excess} characters.</span>;
  }
  return isBusy && draft.trim() !== "" ? "Enter: waits its turn" : null;
}

/** Grows with the text up to the style sheet's max-height. */
function fitHeight(box: HTMLTextAreaElement | null): void {
  if (box) {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }
}
