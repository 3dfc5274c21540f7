import { CopyButton } from "../markdown/CopyButton";
import { visibleText } from "../visibleText";

/** Text of a command, a file or a tool, as it is; scrolls when long. */
export function MonoBlock({ label, text }: { label: string; text: string }) {
  return (
    <section className="mono-block" aria-label={label}>
      <div className="mono-label">
        <span>{label}</span>
        <CopyButton text={text} />
      </div>
      <pre tabIndex={0}>{text === "" ? "(empty)" : visibleText(text)}</pre>
    </section>
  );
}
