import {
  type KeyboardEvent,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { TranscriptItem } from "../../src/protocol/conversation";
import { type FindQuery, findPattern } from "../find";
import { unmarkFound } from "../findMarks";
import { useFindSteps } from "../hooks/useFindSteps";
import { useFound } from "../hooks/useFound";
import { Icon } from "../icons/Icon";
import type { TranscriptScroll } from "../transcriptScroll";

interface FindBarProps {
  items: TranscriptItem[];
  scroll: TranscriptScroll;
  onClose: () => void;
}

const switches = [
  { key: "isCaseSensitive", label: "Match Case", sign: "Aa" },
  { key: "isWholeWord", label: "Match Whole Word", sign: "ab" },
  { key: "isRegex", label: "Use Regular Expression", sign: ".*" },
] as const;

/** Looks through the whole conversation, also what is folded or not in the document. */
export function FindBar({ items, scroll, onClose }: FindBarProps) {
  const box = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState<FindQuery>({
    text: "",
    isRegex: false,
    isCaseSensitive: false,
    isWholeWord: false,
  });
  const pattern = useMemo(() => findPattern(query), [query]);
  const found = useFound(items, pattern);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  const { at, go, restart } = useFindSteps(found, pattern, scroll);
  useEffect(() => {
    box.current?.focus();
    return unmarkFound;
  }, []);

  const change = (part: Partial<FindQuery>) => {
    setQuery({ ...query, ...part });
    restart();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      onClose();
    } else if (event.key === "Enter" && event.target === box.current) {
      event.preventDefault();
      // Upwards first, as the newest is where the user is.
      go(event.shiftKey ? -1 : 1);
    }
  };
  return (
    <div className="find" role="search" onKeyDown={onKeyDown}>
      <input
        ref={box}
        data-testid="find"
        value={query.text}
        placeholder="Find"
        aria-label="Find in the conversation"
        aria-invalid={query.text !== "" && pattern === null}
        onChange={(event) => change({ text: event.target.value })}
      />
      <FindSwitches query={query} onChange={change} />
      <span className="find-count" role="status">
        {countWords(query.text, at, total)}
      </span>
      <FindButton
        label="Older Match (Enter)"
        icon="arrowUp"
        onClick={() => go(1)}
      />
      <FindButton
        label="Newer Match (Shift+Enter)"
        icon="arrowDown"
        onClick={() => go(-1)}
      />
      <FindButton label="Close (Escape)" icon="close" onClick={onClose} />
    </div>
  );
}

function FindSwitches({
  query,
  onChange,
}: {
  query: FindQuery;
  onChange: (part: Partial<FindQuery>) => void;
}) {
  return switches.map(({ key, label, sign }) => (
    <button
      key={key}
      type="button"
      className="icon-button find-switch"
      aria-pressed={query[key]}
      aria-label={label}
      title={label}
      onClick={() => onChange({ [key]: !query[key] })}
    >
      {sign}
    </button>
  ));
}

function FindButton({
  label,
  icon,
  onClick,
}: {
  label: string;
  icon: "arrowUp" | "arrowDown" | "close";
  onClick: () => void;
}) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

function countWords(text: string, at: number, total: number): string {
  if (text === "" || total === 0) {
    return text === "" ? "" : "No results";
  }
  return at < 0 ? `${total} found` : `${total - at} of ${total}`;
}
