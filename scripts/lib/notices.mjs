// @ts-check
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./bootstrap.mjs";

/**
 * The licences of what is bundled, as their licences ask: from the packages
 * themselves, so that the list is never out of date.
 * @param {string[]} inputs Files that went into the bundles, relative to the repository.
 * @returns {string}
 */
export function thirdPartyNotices(inputs) {
  const packages = new Set(
    inputs.flatMap((file) => {
      const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
      return match?.[1] ?? [];
    }),
  );
  const parts = [...packages].sort().map((folder) => {
    const dir = path.join(root, folder);
    const manifest = path.join(dir, "package.json");
    const { name, version, license } = JSON.parse(
      readFileSync(manifest, "utf8"),
    );
    return `${name} ${version} (${license})\n\n${licenceText(dir)}`;
  });
  const line = `\n\n${"-".repeat(72)}\n\n`;
  return ["Failproof includes the following libraries.", ...parts].join(line);
}

/** @param {string} dir */
function licenceText(dir) {
  const file = existsSync(dir)
    ? readdirSync(dir).find((name) => /^licen[cs]e/i.test(name))
    : undefined;
  if (!file) {
    throw new Error(`${dir} has no licence file: it cannot be bundled.`);
  }
  return readFileSync(path.join(dir, file), "utf8").trim();
}
