import { createElement, type ReactNode } from "react";
import type { MarkedToken, Token, Tokens } from "marked";
import { Icon } from "../icons/Icon";
import { CodeBlock } from "./CodeBlock";
import { decodeEntities } from "./entities";
import { deepest, Inline } from "./Inline";
import { known } from "./lex";

/** One block of Markdown as React elements. */
export function Block({
  token,
  depth,
}: {
  token: MarkedToken;
  depth: number;
}): ReactNode {
  if (depth > deepest) {
    return <p>{token.raw}</p>;
  }
  switch (token.type) {
    case "paragraph":
      return <p>{inline(token, depth)}</p>;
    case "heading":
      // The transcript's own headings end at level two.
      return createElement(
        `h${Math.min(6, token.depth + 2)}`,
        { className: `heading-${token.depth}` },
        inline(token, depth),
      );
    case "code":
      return <CodeBlock code={token.text} language={token.lang ?? ""} />;
    case "list":
      return <List token={token} depth={depth} />;
    case "blockquote":
      return (
        <blockquote>
          <Blocks tokens={token.tokens} depth={depth + 1} />
        </blockquote>
      );
    case "table":
      return <Table token={token} depth={depth} />;
    case "hr":
      return <hr />;
    case "html":
      return <p>{token.raw.trim()}</p>;
    case "space":
    case "def":
    case "checkbox":
      return null;
    case "text":
      return "tokens" in token
        ? inline(token, depth)
        : decodeEntities(token.text);
    default:
      return <p>{token.raw}</p>;
  }
}

function Blocks({ tokens, depth }: { tokens: Token[]; depth: number }) {
  return known(tokens).map((token, index) => (
    <Block key={index} token={token} depth={depth} />
  ));
}

function inline(token: { tokens?: Token[] }, depth: number): ReactNode {
  return <Inline tokens={token.tokens} depth={depth} />;
}

function List({ token, depth }: { token: Tokens.List; depth: number }) {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? "task" : undefined}>
      {item.task && (
        <span
          className="checkbox"
          role="img"
          aria-label={item.checked ? "Done" : "Not done"}
        >
          {item.checked && <Icon name="check" />}
        </span>
      )}
      <Blocks tokens={item.tokens} depth={depth + 1} />
    </li>
  ));
  return token.ordered ? (
    <ol start={token.start === "" ? undefined : token.start}>{items}</ol>
  ) : (
    <ul>{items}</ul>
  );
}

function Table({ token, depth }: { token: Tokens.Table; depth: number }) {
  const cell = (tag: "th" | "td", content: Tokens.TableCell, key: number) =>
    createElement(
      tag,
      { key, className: content.align ? `align-${content.align}` : undefined },
      <Inline tokens={content.tokens} depth={depth} />,
    );
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label="Table">
      <table>
        <thead>
          <tr>{token.header.map((each, index) => cell("th", each, index))}</tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>
              {row.map((each, column) => cell("td", each, column))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
