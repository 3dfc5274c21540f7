import type { ImageCheck } from "../cli/promptImages";
import { maxPrompts } from "./promptQueue";

/** Why a prompt was not queued; `sentence` is for the user. */
export interface Refusal {
  kind: "refused";
  reason:
    | "queueFull"
    | "queueTooLarge"
    | "tooManyImages"
    | "imageTooLarge"
    | "imageType";
  sentence: string;
}

export const queueFull = refusal(
  "queueFull",
  `There are ${maxPrompts} prompts in the queue already. Remove one, or wait until one is done.`,
);

export const queueTooLarge = refusal(
  "queueTooLarge",
  "The pictures of the queued prompts are too large together. Wait until one is done.",
);

export function imageRefusal(
  check: Exclude<ImageCheck, { kind: "accepted" }>,
): Refusal {
  switch (check.kind) {
    case "tooMany":
      return refusal("tooManyImages", "A prompt takes 20 pictures at most.");
    case "tooLarge":
      return refusal(
        "imageTooLarge",
        `Picture ${check.index + 1} is larger than 5 MB. Make it smaller and try again.`,
      );
    case "unknownType":
      return refusal(
        "imageType",
        `Picture ${check.index + 1} is neither PNG, JPEG, GIF nor WebP.`,
      );
  }
}

function refusal(reason: Refusal["reason"], sentence: string): Refusal {
  return { kind: "refused", reason, sentence };
}
