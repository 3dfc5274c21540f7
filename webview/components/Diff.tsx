import { memo } from "react";
import type { Patch } from "../../src/protocol/items";
import { CopyButton } from "../markdown/CopyButton";
import { visibleText } from "../visibleText";

/** So many lines are shown; who wants the rest looks at the file. */
const mostLines = 400;

/** What an edit changed in its file. */
export const Diff = memo(function Diff({ patch }: { patch: Patch }) {
  const lines = patch.flatMap(numbered);
  const shown = lines.slice(0, mostLines);
  return (
    <section className="mono-block" aria-label="Changes">
      <div className="mono-label">
        <span>
          Changes <DiffCount patch={patch} />
        </span>
        <CopyButton text={lines.map(({ text }) => text).join("\n")} />
      </div>
      <div
        className="diff"
        tabIndex={0}
        role="group"
        aria-label="Changed lines"
      >
        {shown.map(({ kind, number, text, isFirst }, index) => (
          <div
            key={index}
            className={`diff-line diff-${kind}${isFirst && index > 0 ? " diff-hunk" : ""}`}
          >
            <span className="diff-number">{number}</span>
            <span className="diff-text">{visibleText(text) || " "}</span>
          </div>
        ))}
      </div>
      {lines.length > shown.length && (
        <p>{`${lines.length - shown.length} more lines`}</p>
      )}
    </section>
  );
});

/** "+3 −1", for those who see it and those who hear it. */
export function DiffCount({ patch }: { patch: Patch }) {
  const count = (mark: string) =>
    patch.flatMap(({ lines }) => lines).filter((line) => line.startsWith(mark))
      .length;
  return (
    <span className="diff-count">
      <span className="diff-plus">+{count("+")}</span>{" "}
      <span className="diff-minus">−{count("-")}</span>
    </span>
  );
}

const kinds: Record<string, string> = { "+": "added", "-": "removed" };

/** The lines of a hunk, each with its number in the file as it is now, or was. */
function numbered({ oldStart, newStart, lines }: Patch[number]) {
  let before = oldStart;
  let now = newStart;
  return lines.map((text, index) => {
    const mark = text.charAt(0);
    const number = mark === "-" ? before : now;
    before += mark === "+" ? 0 : 1;
    now += mark === "-" ? 0 : 1;
    return { kind: kinds[mark] ?? "same", number, text, isFirst: index === 0 };
  });
}
