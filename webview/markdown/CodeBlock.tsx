import { CopyButton } from "./CopyButton";

export function CodeBlock({
  code,
  language,
}: {
  code: string;
  language: string;
}) {
  return (
    <div className="code-block">
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
      <div className="code-tools">
        <span className="code-language">{language.split(/\s/, 1)[0]}</span>
        <CopyButton text={code} />
      </div>
    </div>
  );
}
