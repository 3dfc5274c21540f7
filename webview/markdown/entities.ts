/** The few that agents write; any other stays as it was written. */
const named = new Map(
  Object.entries({
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    apos: "'",
    nbsp: "\u00a0",
    copy: "©",
    hellip: "…",
    mdash: "—",
    ndash: "–",
    rarr: "→",
    larr: "←",
    times: "×",
  }),
);

const highestCodePoint = 0x10ffff;

/** Markdown text with its HTML entities as characters; React escapes what it renders. */
export function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-z]{2,6}));/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) {
        return named.get(name) ?? whole;
      }
      const code = decimal ? parseInt(decimal, 10) : parseInt(hex ?? "", 16);
      return code > 0 && code <= highestCodePoint
        ? String.fromCodePoint(code)
        : whole;
    },
  );
}
