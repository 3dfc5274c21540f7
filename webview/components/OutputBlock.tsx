import { memo } from "react";
import { ansiParts } from "../ansi";
import { CopyButton } from "../markdown/CopyButton";
import { visibleText } from "../visibleText";

/** What a program has said, in its colours. */
export const OutputBlock = memo(function OutputBlock({
  text,
}: {
  text: string;
}) {
  const parts = ansiParts(text);
  return (
    <section className="mono-block" aria-label="Output">
      <div className="mono-label">
        <span>Output</span>
        <CopyButton text={parts.map((part) => part.text).join("")} />
      </div>
      <pre tabIndex={0}>
        {parts.length === 0
          ? "(empty)"
          : parts.map((part, index) => (
              <span key={index} className={part.classes || undefined}>
                {visibleText(part.text)}
              </span>
            ))}
      </pre>
    </section>
  );
});
