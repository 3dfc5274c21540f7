/** A picture as the Messages API takes it. */
export interface PromptImage {
  mediaType: ImageType;
  /** Base64. */
  data: string;
}

type ImageType = "image/png" | "image/jpeg" | "image/gif" | "image/webp";

/** What the API takes at most: bytes of a picture, pictures of a prompt. */
export const maxImageBytes = 5 * 1024 * 1024;
export const maxImages = 20;

/** `index` says which of them it is about. */
export type ImageCheck =
  | { kind: "accepted"; images: PromptImage[] }
  | { kind: "tooMany" }
  | { kind: "tooLarge"; index: number }
  | { kind: "unknownType"; index: number };

/**
 * Looks at pictures before anything is sent: the API refuses a whole
 * conversation for one bad picture in it. What a picture is, says its content,
 * not its name. `encoded`: base64, each.
 */
export function checkImages(encoded: readonly string[]): ImageCheck {
  if (encoded.length > maxImages) {
    return { kind: "tooMany" };
  }
  const images: PromptImage[] = [];
  for (const [index, data] of encoded.entries()) {
    if (byteLength(data) > maxImageBytes) {
      return { kind: "tooLarge", index };
    }
    const mediaType = typeOf(data);
    if (!mediaType) {
      return { kind: "unknownType", index };
    }
    images.push({ mediaType, data });
  }
  return { kind: "accepted", images };
}

/** How many bytes a base64 text stands for. */
export function byteLength(data: string): number {
  const padding = data.endsWith("==") ? 2 : data.endsWith("=") ? 1 : 0;
  return (data.length / 4) * 3 - padding;
}

function typeOf(data: string): ImageType | undefined {
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    return undefined;
  }
  const start = Buffer.from(data.slice(0, 16), "base64").toString("latin1");
  return signatures.find(({ fits }) => fits(start))?.type;
}

/** What files of each kind begin with, read as Latin-1. */
const signatures: readonly {
  type: ImageType;
  fits: (start: string) => boolean;
}[] = [
  { type: "image/png", fits: (start) => start.startsWith("\x89PNG\r\n\x1a\n") },
  { type: "image/jpeg", fits: (start) => start.startsWith("\xff\xd8\xff") },
  { type: "image/gif", fits: (start) => /^GIF8[79]a/.test(start) },
  {
    type: "image/webp",
    fits: (start) => start.startsWith("RIFF") && start.endsWith("WEBP"),
  },
];
