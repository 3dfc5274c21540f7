import { type ReactNode, useSyncExternalStore } from "react";
import { useChat } from "../chat";
import { Icon } from "../icons/Icon";

/** A line that opens; what is inside is rendered only while it is open, as it may be long. */
export function Folded({
  className,
  foldKey,
  line,
  children,
}: {
  className: string;
  /** Under what it is remembered whether it is open. */
  foldKey: string;
  line: ReactNode;
  children: ReactNode;
}) {
  const { folds } = useChat();
  const open = useSyncExternalStore(folds.subscribe, folds.open, folds.open);
  const isOpen = open.has(foldKey);
  return (
    <details
      className={className}
      open={isOpen}
      onToggle={(event) => folds.set(foldKey, event.currentTarget.open)}
    >
      <summary>
        <Icon name="chevron" />
        {line}
      </summary>
      {isOpen && <div className="folded">{children}</div>}
    </details>
  );
}
