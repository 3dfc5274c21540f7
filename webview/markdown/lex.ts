import { Lexer, type MarkedToken, type Token } from "marked";

/** The marks in a longer paragraph stay as they were written: the time that the lexer takes grows with the square. */
const longestParagraph = 6000;

/** Lists so deep are nobody's: 500 levels take the lexer seconds. */
const deepList = /^[ \t]{64,}(?:[-*+]|\d+[.)])[ \t]/m;

/**
 * The blocks of a Markdown text; null when it is to be shown as plain text: the
 * lexer fails on it (nesting thousands of levels deep overflows its stack), or
 * would take too long.
 */
export function lex(text: string): MarkedToken[] | null {
  if (deepList.test(text)) {
    return null;
  }
  try {
    return known(boundedLex(text));
  } catch {
    // The lexer's own failure tells the reader nothing; the text as written does.
    return null;
  }
}

/** As Lexer.lex does it, but for long paragraphs. */
function boundedLex(text: string): Token[] {
  const lexer = new Lexer({ gfm: true });
  lexer.blockTokens(text.replace(/\r\n|\r/g, "\n"), lexer.tokens);
  for (const { src, tokens } of lexer.inlineQueue) {
    if (src.length > longestParagraph) {
      tokens.push({ type: "text", raw: src, text: src, escaped: false });
    } else {
      lexer.inlineTokens(src, tokens);
    }
  }
  return lexer.tokens;
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
