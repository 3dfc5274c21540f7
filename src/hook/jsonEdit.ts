import { createScanner, type Node } from "jsonc-parser";

/** The value of an object's property; of one that is there twice the last, which is the one that counts. */
export function propertyOf(node: Node, name: string): Node | undefined {
  if (node.type !== "object") {
    return undefined;
  }
  const found = node.children?.findLast(
    ({ children }) => children?.[0]?.value === name,
  );
  return found?.children?.[1];
}

/**
 * Small edits of a JSON text that leave every other byte as it is: comments,
 * trailing commas, line ends, indentation. jsonc-parser's own edits format the
 * lines around them. Positions are those of nodes parsed from the same text.
 */
export class JsonEdit {
  readonly #lineEnd: string;
  readonly #indent: string;

  constructor(private readonly text: string) {
    this.#lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
    this.#indent = /^[\t ]+(?=")/m.exec(text)?.[0] ?? "  ";
  }

  /** The text with one more last child; `name` for an object. On a line of its own, unless all of them share one. */
  append(container: Node, name: string | undefined, value: unknown): string {
    const label = name === undefined ? "" : `${JSON.stringify(name)}: `;
    const closing = this.#lineIndent(container.offset);
    const line = this.#lineEnd + closing + this.#indent;
    const item =
      line +
      label +
      JSON.stringify(value, undefined, this.#indent).replaceAll("\n", line);
    const last = container.children?.at(-1);
    if (!last) {
      return this.#appendFirst(container, item, closing);
    }
    const end = last.offset + last.length;
    const { hasComma, end: restEnd } = this.#rest(end);
    const own = isOneLine(this.text, container)
      ? ` ${label}${JSON.stringify(value)}`
      : item;
    return (
      this.text.slice(0, end) +
      (hasComma ? "" : ",") +
      this.text.slice(end, restEnd) +
      own +
      (hasComma ? "," : "") +
      this.text.slice(restEnd)
    );
  }

  /** The text without this node, its comma, and the whitespace before it. */
  remove(node: Node): string {
    const siblings = node.parent?.children ?? [];
    const previous = siblings[siblings.indexOf(node) - 1];
    const end = node.offset + node.length;
    const { hasComma, commaEnd } = this.#rest(end);
    const before = this.text.slice(0, node.offset).trimEnd();
    const after = this.text.slice(hasComma ? commaEnd : end);
    if (siblings.length === 1) {
      return this.#join(before, after.trimStart());
    }
    if (hasComma || !previous) {
      return this.#join(before, after);
    }
    // The last one has no comma of its own: the one before it goes.
    const comma = this.#rest(previous.offset + previous.length).commaEnd;
    return this.#join(before.slice(0, comma - 1) + before.slice(comma), after);
  }

  /** A comment up to the end of its line must not swallow what comes next. */
  #join(before: string, after: string): string {
    const isOpen = endsInLineComment(before) && !/^[\t ]*\r?\n/.test(after);
    return before + (isOpen ? this.#lineEnd : "") + after;
  }

  #appendFirst(container: Node, item: string, closing: string): string {
    const inside = container.offset + 1;
    return (
      this.text.slice(0, inside) +
      item +
      (isOneLine(this.text, container) ? this.#lineEnd + closing : "") +
      this.text.slice(inside)
    );
  }

  /** What follows a child up to the next one: its comma, and comments on the same line. */
  #rest(start: number): { hasComma: boolean; commaEnd: number; end: number } {
    const scanner = createScanner(this.text);
    scanner.setPosition(start);
    const found = { hasComma: false, commaEnd: start, end: start };
    for (;;) {
      scanner.scan();
      const token = this.text.slice(
        scanner.getTokenOffset(),
        scanner.getPosition(),
      );
      if (token === "," && !found.hasComma) {
        found.hasComma = true;
        found.commaEnd = scanner.getPosition();
        found.end = scanner.getPosition();
      } else if (token.startsWith("/")) {
        found.end = scanner.getPosition();
      } else if (token === "" || token.trim() !== "") {
        return found;
      }
    }
  }

  /** The whitespace at the start of the line that this position is on. */
  #lineIndent(offset: number): string {
    const start = this.text.lastIndexOf("\n", offset - 1) + 1;
    return /^[\t ]*/.exec(this.text.slice(start, offset))?.[0] ?? "";
  }
}

function isOneLine(text: string, { offset, length }: Node): boolean {
  return !text.slice(offset, offset + length).includes("\n");
}

function endsInLineComment(text: string): boolean {
  const scanner = createScanner(text);
  let last = "";
  for (;;) {
    scanner.scan();
    if (scanner.getTokenLength() === 0) {
      return last.startsWith("//");
    }
    last = scanner.getTokenValue();
  }
}
