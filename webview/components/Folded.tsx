import { type ReactNode, useState } from "react";
import { Icon } from "../icons/Icon";

/** A line that opens; what is inside is rendered only while it is open, as it may be long. */
export function Folded({
  className,
  line,
  children,
}: {
  className: string;
  line: ReactNode;
  children: ReactNode;
}) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className={className}
      onToggle={(event) => setIsOpen(event.currentTarget.open)}
    >
      <summary>
        <Icon name="chevron" />
        {line}
      </summary>
      {isOpen && <div className="folded">{children}</div>}
    </details>
  );
}
