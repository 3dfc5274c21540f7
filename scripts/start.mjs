// @ts-check
/**
 * `npm start`: try the extension in a real VS Code, with a server of its own
 * and a small workspace to play in. Installs what is missing; says what it
 * takes; Ctrl-C (or closing the editor) ends everything and leaves nothing.
 *
 *   --editor PATH   this VS Code, rather than the first one that is found
 *   --demo          a scripted model answers, even where a Claude CLI is installed
 */
import { parseArgs } from "node:util";
import { ensureDependencies } from "./lib/bootstrap.mjs";

const { values } = parseArgs({
  options: { editor: { type: "string" }, demo: { type: "boolean" } },
});
await ensureDependencies();
const { findEditor } = await import("./lib/editor.mjs");
const { findOwnCli } = await import("./lib/ownCli.mjs");
const { openDesktop, openServer } = await import("./lib/openEditor.mjs");

let isOpen = false;
const interrupted = new Promise((resolve) => {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => {
      if (!isOpen) {
        // What was started so far ends with this process.
        process.exit(130);
      }
      resolve(undefined);
    });
  }
});

const ownCli = values.demo ? undefined : findOwnCli();
console.log(
  ownCli
    ? `Claude CLI: ${ownCli}. Your own, with your own account.`
    : `Claude CLI: the pinned one, with a scripted model${values.demo ? "" : ", as none is installed"}. No account is needed.`,
);
const editor = await findEditor(
  values.editor === undefined ? {} : { editor: values.editor },
);
const opened = await (editor.kind === "desktop"
  ? openDesktop(editor.path, ownCli)
  : openServer(ownCli));
isOpen = true;
console.log(`Server:     ${opened.cloudUrl}`);
console.log(`Workspace:  ${opened.workspace}`);
console.log(
  opened.url === undefined
    ? "\nVS Code is open. Click the shield in its activity bar."
    : `\nOpen  ${opened.url}\nand click the shield in the activity bar.`,
);
console.log("Ctrl-C ends it all.");

await Promise.race([interrupted, opened.ended]);
console.log("\nEnding…");
await opened.stop();
process.exit(0);
