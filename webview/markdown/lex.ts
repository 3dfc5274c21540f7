import { Lexer, type MarkedToken, type Token } from "marked";

/**
 * The blocks of a Markdown text; null when the lexer fails on it (nesting
 * thousands of levels deep overflows its stack), to be shown as plain text.
 */
export function lex(text: string): MarkedToken[] | null {
  try {
    return known(Lexer.lex(text, { gfm: true }));
  } catch {
    // The lexer's own failure tells the reader nothing; the text as written does.
    return null;
  }
}

/** Without extensions the lexer makes only marked's own tokens. */
export function known(tokens: Token[] | undefined): MarkedToken[] {
  return (tokens ?? []).filter((token): token is MarkedToken =>
    kinds.has(token.type),
  );
}

const kinds = new Set<string>([
  "blockquote",
  "br",
  "checkbox",
  "code",
  "codespan",
  "def",
  "del",
  "em",
  "escape",
  "heading",
  "hr",
  "html",
  "image",
  "link",
  "list",
  "list_item",
  "paragraph",
  "space",
  "strong",
  "table",
  "text",
] satisfies MarkedToken["type"][]);
