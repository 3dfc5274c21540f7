import { Fragment, type ReactNode } from "react";
import type { MarkedToken, Token, Tokens } from "marked";
import { decodeEntities } from "./entities";
import { known } from "./lex";
import { webLink } from "./webLink";

/** Deeper nesting is shown as it was written; React's own stack is finite too. */
export const deepest = 24;

/** Text within a block. Raw HTML stays text; only <br> is taken at its word, as tables need it. */
export function Inline({
  tokens,
  depth,
}: {
  tokens: Token[] | undefined;
  depth: number;
}) {
  return known(tokens).map((token, index) => (
    <Fragment key={index}>{inlineElement(token, depth + 1)}</Fragment>
  ));
}

function inlineElement(token: MarkedToken, depth: number): ReactNode {
  if (depth > deepest) {
    return token.raw;
  }
  switch (token.type) {
    case "strong":
      return <strong>{inside(token, depth)}</strong>;
    case "em":
      return <em>{inside(token, depth)}</em>;
    case "del":
      return <del>{inside(token, depth)}</del>;
    case "codespan":
      return <code>{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link token={token} depth={depth} />;
    case "image":
      return token.text || "image";
    case "text":
      return "tokens" in token
        ? inside(token, depth)
        : decodeEntities(token.text);
    case "escape":
      return token.text;
    case "html":
      return /^<br\s*\/?>$/i.test(token.text.trim()) ? <br /> : token.raw;
    default:
      return token.raw;
  }
}

function inside(token: { tokens?: Token[] }, depth: number): ReactNode {
  return <Inline tokens={token.tokens} depth={depth} />;
}

/** The address is in the title, as the words of a link may pretend another. */
function Link({ token, depth }: { token: Tokens.Link; depth: number }) {
  const href = webLink(token.href);
  const words = <Inline tokens={token.tokens} depth={depth} />;
  return href ? (
    <a href={href} title={href} target="_blank" rel="noreferrer">
      {words}
    </a>
  ) : (
    <span title={token.href}>{words}</span>
  );
}
