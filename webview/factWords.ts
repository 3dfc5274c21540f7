/** The CLI's name of a permission mode as words: "acceptEdits" is "Accept edits". */
export function modeWords(mode: string): string {
  const words = mode.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A model's name without the date of its snapshot, which its tooltip keeps. */
export function modelWords(model: string): string {
  return model.replace(/-20\d{6}$/, "");
}
