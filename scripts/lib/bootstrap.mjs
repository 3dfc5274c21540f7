// @ts-check
/**
 * Installs the project's dependencies when they are missing or not those of
 * the lock file. Imports nothing that has to be installed first, so that every
 * other script can start with it on a fresh clone.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { npmCi } from "./npm.mjs";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export async function ensureDependencies() {
  const lock = readFileSync(`${root}package-lock.json`);
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = `${root}node_modules/.failproof-stamp`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) {
    return;
  }
  process.stderr.write("Installing the dependencies (about 30 s)…\n");
  await npmCi(root);
  writeFileSync(stamp, wanted);
}
