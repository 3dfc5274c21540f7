/**
 * VS Code makes links, of commands too, out of `[label](address)` in every
 * notification. What an agent or a server wrote must not become one: of a name
 * the brackets are left out, in a longer text the two halves are kept apart.
 */
export function plainName(text: string): string {
  return text.replace(/[[\]]/g, "");
}

/** Only for what comes after our own links: an open bracket before one would become its label. */
export function plainTail(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
