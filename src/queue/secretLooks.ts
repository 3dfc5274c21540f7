/** Stands where a secret stood. */
export const redactedMark = "[redacted]";

/** Types, placeholders and the like, as they follow `password:` in code and prose. */
const noValue =
  /^(?:string|str|number|int|bool(?:ean)?|null|undefined|none|nil|true|false|any|unknown|never|void|required|optional|empty|await|new|missing|invalid|wrong|redacted|hidden|prompt|ask|env|stdin|x{3,}|\*+|\.{3,}|-+)[;,.)\]}|?!]*$/i;

/** A variable, a template, a call, a type: names a secret, is none. */
const reference =
  /^(?:[$<{([*@|!=]|%[A-Za-z_]+%|(?:process\.env|os\.environ|import\.meta|env|vars|config|self|this|secrets|options|args|props|req|ctx|System)[.[]|[A-Za-z_$][\w$.]*\()/;

/**
 * Whether what follows a telling name is a secret rather than code, prose or
 * another name. Short and wordy values are believed of passwords only.
 */
export function looksSecret(
  value: string,
  { name, isQuoted }: { name: string; isQuoted: boolean },
): boolean {
  if (/^(?:\w{1,20}\s)?\[redacted\]/.test(value) || noValue.test(value)) {
    return false;
  }
  if (reference.test(value) && !(isQuoted && /^[([*@!|]/.test(value))) {
    return false;
  }
  if (/pass|pwd/i.test(name)) {
    if (!isQuoted && /:\s$/.test(name) && /^[a-z]{1,5}$/.test(value)) {
      // A sentence goes on.
      return false;
    }
    // PWD is also the working directory.
    return !(/pwd/i.test(name) && /^[/~.]|^[a-z]:[\\/]/i.test(value));
  }
  if (/basic/i.test(name) && isBasicCredential(value)) {
    return true;
  }
  const isPlace = /^(?:[./~]|https?:|file:)/.test(value);
  if (value.length < 8 || (isPlace && !looksRandom(value))) {
    return false;
  }
  const hasDigit = /[0-9]/.test(value) && !/^[0-9._]+$/.test(value);
  return hasDigit || (value.length >= 20 && hasBothCases(value));
}

function isBasicCredential(value: string): boolean {
  return /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(
    Buffer.from(value, "base64").toString("latin1"),
  );
}

/** Inside, not only at its start: a sentence has no such word. */
function hasBothCases(value: string): boolean {
  return /[a-z][A-Z]|[A-Z]{2}[a-z]/.test(value) && !/\s/.test(value);
}

/** A hash in hex has no capitals, a path's words hardly any digits; 40 random characters have all three. */
export function looksRandom(run: string): boolean {
  let [upper, lower, digits] = [0, 0, 0];
  for (let at = 0; at < run.length; at += 1) {
    const code = run.charCodeAt(at);
    upper += code >= 0x41 && code <= 0x5a ? 1 : 0;
    lower += code >= 0x61 && code <= 0x7a ? 1 : 0;
    digits += code >= 0x30 && code <= 0x39 ? 1 : 0;
  }
  return run.length >= 32 && upper >= 5 && lower >= 5 && digits >= 2;
}

/** No word: what follows a secret that ended with its line may be the rest of it. */
export function looksBrokenOff(run: string): boolean {
  return (/[0-9]/.test(run) && /[A-Za-z]/.test(run)) || hasBothCases(run);
}
