// @ts-check
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./processes.mjs";

/** A small project to try the agent on; its git history lets a newcomer see what was changed. */
const files = {
  "README.md": `# Greeter

A sample for trying Failproof. Ask Claude to change something here, and watch
what it asks before it does it.
`,
  "greet.js": `export function greet(name) {
  return \`Hello, \${name}!\`;
}

console.log(greet("world"));
`,
  "package.json": `${JSON.stringify({ name: "greeter", private: true, type: "module" }, null, 2)}\n`,
};

/** @param {string} folder Made if need be; becomes a git repository with one commit. */
export async function makeSampleWorkspace(folder) {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(folder, name), text);
  }
  const identity = ["-c", "user.name=Sample", "-c", "user.email=sample@local"];
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "."],
    [...identity, "commit", "--quiet", "-m", "A small project to try on"],
  ]) {
    await run("git", args, { cwd: folder });
  }
  return folder;
}
