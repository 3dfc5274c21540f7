/**
 * Characters that are not seen but change what is: bidirectional overrides
 * (CVE-2021-42574, "Trojan Source"), zero-width ones, and controls except tab
 * and line feed.
 */
const hidden =
  // eslint-disable-next-line no-control-regex -- Controls are what this looks for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\udb40[\udc00-\udc7f]/g;

/** The text of a command or a file with its hidden characters written out, as nobody can approve what he cannot see. */
export function visibleText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}
