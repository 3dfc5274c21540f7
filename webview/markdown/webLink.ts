/** The address when it leads to the web, else undefined: nothing else becomes a link. */
export function webLink(href: string): string | undefined {
  if (!URL.canParse(href)) {
    return undefined;
  }
  const { protocol } = new URL(href);
  return protocol === "https:" || protocol === "http:" ? href : undefined;
}
