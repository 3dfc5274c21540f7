/** How a part of a program's output looks; the names of classes in items.css. */
export interface AnsiPart {
  text: string;
  classes: string;
}

/**
 * What a program wrote to a terminal, as text with colours: SGR sequences
 * (ECMA-48, 8.3.117) become classes, other sequences are left out, and a line
 * that was rewritten with carriage returns shows what was written last.
 */
export function ansiParts(output: string): AnsiPart[] {
  const parts: AnsiPart[] = [];
  let style: Style = {};
  let at = 0;
  const text = lastWritten(output);
  for (const match of text.matchAll(sequence)) {
    add(parts, text.slice(at, match.index), style);
    at = match.index + match[0].length;
    if (match[1] !== undefined) {
      style = after(style, match[1].split(/[;:]/).map(Number));
    }
  }
  add(parts, text.slice(at), style);
  return parts;
}

interface Style {
  weight?: "bold" | "dim" | undefined;
  italic?: boolean;
  underline?: boolean;
  colour?: number | undefined;
  background?: number | undefined;
}

/** SGR with its numbers as the first group; any other control sequence; an address or a title (OSC); a single escape. */
const sequence =
  // eslint-disable-next-line no-control-regex -- Escapes are what this looks for.
  /\u001b(?:\[([\d;:]*)m|\[[\d;:?<=>]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

function lastWritten(output: string): string {
  return output
    .replaceAll("\r\n", "\n")
    .replace(/^.*\r(?=[^\r\n])/gm, "")
    .replaceAll("\r", "");
}

function add(parts: AnsiPart[], text: string, style: Style): void {
  if (text !== "") {
    parts.push({ text, classes: classesOf(style) });
  }
}

function classesOf(style: Style): string {
  return [
    style.weight,
    style.italic && "italic",
    style.underline && "underline",
    style.colour !== undefined && `ansi-${style.colour}`,
    style.background !== undefined && `ansi-back-${style.background}`,
  ]
    .filter((name) => typeof name === "string")
    .join(" ");
}

function after(before: Style, codes: number[]): Style {
  let style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      // 5;n is one of 256 colours, of which the first 16 are the theme's; 2;r;g;b any.
      const isIndexed = codes[at + 1] === 5;
      const index = isIndexed ? codes[at + 2] : undefined;
      const colour = index !== undefined && index < 16 ? index : undefined;
      style =
        code === 38 ? { ...style, colour } : { ...style, background: colour };
      at += isIndexed ? 2 : 4;
    } else {
      style = afterOne(style, code);
    }
  }
  return style;
}

function afterOne(style: Style, code: number): Style {
  const colour = ((code % 10) + (code >= 90 ? 8 : 0)) % 16;
  if (isBetween(code, 30, 37) || isBetween(code, 90, 97)) {
    return { ...style, colour };
  }
  if (isBetween(code, 40, 47) || isBetween(code, 100, 107)) {
    return { ...style, background: colour };
  }
  switch (code) {
    case 0:
      return {};
    case 1:
      return { ...style, weight: "bold" };
    case 2:
      return { ...style, weight: "dim" };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 22:
      return { ...style, weight: undefined };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 39:
      return { ...style, colour: undefined };
    case 49:
      return { ...style, background: undefined };
    default:
      return style;
  }
}

function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}
