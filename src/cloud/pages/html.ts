/** Text that is known to be HTML; only `html` makes it. */
export class Html {
  constructor(readonly text: string) {}
}

export type HtmlPart = Html | string | readonly Html[] | undefined;

/** A template whose strings are escaped, so that nothing from outside becomes markup. */
export function html(
  strings: TemplateStringsArray,
  ...parts: readonly HtmlPart[]
): Html {
  const texts = strings.map((text, at) => text + textOf(parts[at]));
  return new Html(texts.join(""));
}

function textOf(part: HtmlPart): string {
  if (part === undefined) {
    return "";
  }
  if (typeof part === "string") {
    return part.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  }
  return part instanceof Html
    ? part.text
    : part.map((one) => one.text).join("");
}
