import { memo, useMemo } from "react";
import type { MarkedToken } from "marked";
import { Block } from "./Block";
import { lex } from "./lex";

/**
 * Markdown as React elements, never as HTML: what the agent writes cannot
 * become markup. While it streams only the blocks that changed are rendered.
 */
export function Markdown({
  text,
  streaming,
}: {
  text: string;
  streaming: boolean;
}) {
  const blocks = useMemo(() => lex(text), [text]);
  return (
    <div className="markdown">
      {blocks === null ? (
        <p className="plain">{text}</p>
      ) : (
        blocks.map((token, index) => (
          <MemoBlock key={index} token={token} streaming={streaming} />
        ))
      )}
    </div>
  );
}

interface BlockProps {
  token: MarkedToken;
  streaming: boolean;
}

/**
 * The lexer makes new tokens each time; the same source is the same block. At
 * the end of streaming all are rendered once more, as a link's definition may
 * have come after its use.
 */
const MemoBlock = memo(
  function MemoBlock({ token }: BlockProps) {
    return <Block token={token} depth={0} />;
  },
  (before, after) =>
    before.token.raw === after.token.raw &&
    before.token.type === after.token.type &&
    before.streaming === after.streaming,
);
