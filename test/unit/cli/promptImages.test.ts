import assert from "node:assert/strict";
import {
  checkImages,
  maxImageBytes,
  maxImages,
} from "../../../src/cli/promptImages";

const encode = (bytes: number[] | string) =>
  Buffer.from(bytes as string, "latin1").toString("base64");
const png = encode("\x89PNG\r\n\x1a\n and more");

describe("The pictures of a prompt", () => {
  it("are known by their content", () => {
    const check = checkImages([
      png,
      encode("\xff\xd8\xff\xe0 JFIF and more"),
      encode("GIF89a and more"),
      encode("GIF87a and more"),
      encode("RIFF\x01\x02\x03\x04WEBPVP8 "),
    ]);
    assert.ok(check.kind === "accepted");
    assert.deepEqual(
      check.images.map(({ mediaType }) => mediaType),
      ["image/png", "image/jpeg", "image/gif", "image/gif", "image/webp"],
    );
    assert.equal(check.images[0]?.data, png);
  });

  for (const [what, data] of [
    ["a PDF", encode("%PDF-1.7 and more")],
    ["an SVG", encode("<svg xmlns='http://www.w3.org/2000/svg'>")],
    ["a RIFF file of sound", encode("RIFF\x01\x02\x03\x04WAVEfmt ")],
    ["nothing", ""],
    ["no base64", "data:image/png;base64,iVBORw0KGgo"],
  ] as const) {
    it(`are not ${what}`, () => {
      assert.deepEqual(checkImages([png, data]), {
        kind: "unknownType",
        index: 1,
      });
    });
  }

  it("have 5 MB at most, to the byte", () => {
    const ofSize = (bytes: number) =>
      Buffer.concat([Buffer.from(png, "base64"), Buffer.alloc(bytes)])
        .subarray(0, bytes)
        .toString("base64");
    assert.equal(checkImages([ofSize(maxImageBytes)]).kind, "accepted");
    assert.deepEqual(checkImages([png, ofSize(maxImageBytes + 1)]), {
      kind: "tooLarge",
      index: 1,
    });
  });

  it("are 20 at most", () => {
    const many = Array.from({ length: maxImages }, () => png);
    assert.equal(checkImages(many).kind, "accepted");
    assert.deepEqual(checkImages([...many, png]), { kind: "tooMany" });
  });
});
