import { memo, useMemo, useState } from "react";
import type { MarkedToken } from "marked";
import { Block } from "./Block";
import { BlockStream, type Chunk, chunksOf } from "./blockStream";
import { lex } from "./lex";

/**
 * Markdown as React elements, never as HTML: what the agent writes cannot
 * become markup. While it streams only the blocks that changed are rendered;
 * at its end it is read once more as a whole.
 */
export function Markdown({
  text,
  streaming,
}: {
  text: string;
  streaming: boolean;
}) {
  const [stream] = useState(() => new BlockStream());
  const chunks = useMemo(
    () => (streaming ? stream.grown(text) : whole(text)),
    [stream, text, streaming],
  );
  return (
    <div className="markdown">
      {chunks === null ? (
        <p className="plain">{text}</p>
      ) : (
        chunks.map((chunk, index) => (
          <MemoChunk key={index} chunk={chunk} streaming={streaming} />
        ))
      )}
    </div>
  );
}

function whole(text: string): Chunk[] | null {
  const tokens = lex(text);
  return tokens && chunksOf(tokens);
}

interface ChunkProps {
  chunk: Chunk;
  streaming: boolean;
}

const MemoChunk = memo(function MemoChunk({ chunk, streaming }: ChunkProps) {
  return chunk.map((token, index) => (
    <MemoBlock key={index} token={token} streaming={streaming} />
  ));
});

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
