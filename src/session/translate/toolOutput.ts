import * as v from "valibot";
import {
  resultBlocksSchema,
  type UserBlock,
} from "../../cli/wire/messageLines";
import {
  patchSchema,
  type Patch,
  type TranscriptImage,
} from "../../protocol/items";
import { validate } from "../../protocol/validate";

/** Base64 characters; a larger picture is only said to be there. */
const longestImage = 1_500_000;
/** Of a longer patch the rest is not shown; characters. */
const longestPatch = 64 * 1024;

const editSchema = v.object({ structuredPatch: patchSchema });

/** A tool's result is text, or a list of blocks of which some hold text. */
export function textOf(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  return blocksOf(content)
    .flatMap((block) => (block.type === "text" ? block.text : []))
    .filter((text) => text !== "")
    .join("\n");
}

/** The pictures of a result or of a prompt; undefined when there are none. */
export function imagesOf(content: unknown): TranscriptImage[] | undefined {
  const images = blocksOf(content).flatMap((block) =>
    block.type === "image" ? imageOf(block) : [],
  );
  return images.length > 0 ? images : undefined;
}

/** What an Edit or a Write has changed; undefined for other tools and new files. */
export function patchOf(details: unknown): Patch | undefined {
  const patch = validate(editSchema, details)?.structuredPatch;
  if (!patch || patch.length === 0) {
    return undefined;
  }
  let length = 0;
  return patch.filter(({ lines }) => {
    length += lines.reduce((sum, line) => sum + line.length, 0);
    return length <= longestPatch;
  });
}

function blocksOf(content: unknown) {
  return validate(resultBlocksSchema, content) ?? [];
}

function imageOf({
  source,
}: Extract<UserBlock, { type: "image" }>): TranscriptImage {
  const { media_type: mediaType, data } = source;
  return { mediaType, data: data.length > longestImage ? null : data };
}
