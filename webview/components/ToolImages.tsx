import type { TranscriptImage } from "../../src/protocol/items";

/** The pictures that a tool has answered with. */
export function ToolImages({ images }: { images: TranscriptImage[] }) {
  return images.map(({ mediaType, data }, index) =>
    data === null ? (
      <p key={index}>A picture that is too large to show.</p>
    ) : (
      <img
        key={index}
        className="tool-image"
        alt="What the tool has answered with"
        src={`data:${mediaType};base64,${data}`}
      />
    ),
  );
}
