// @ts-check
/** Makes failproof.vsix at the root: what .vscodeignore lets in, and nothing of node_modules. */
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ensureDependencies, root } from "./lib/bootstrap.mjs";
import { run } from "./lib/processes.mjs";

export const vsixPath = `${root}failproof.vsix`;

export async function packageExtension() {
  await ensureDependencies();
  const { build } = await import("./build.mjs");
  await build({ minify: true });
  await run(
    process.execPath,
    [
      `${root}node_modules/@vscode/vsce/vsce`,
      "package",
      "--no-dependencies",
      "--allow-missing-repository",
      "--out",
      vsixPath,
    ],
    { cwd: root },
  );
  return vsixPath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = await packageExtension();
  console.log(`${path}: ${Math.round(statSync(path).size / 1024)} KB`);
}
