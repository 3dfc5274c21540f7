import assert from "node:assert/strict";
import * as vscode from "vscode";
import { extension, logLines, ourChildren } from "./support";

/** What the package's manifest says of itself. */
interface Manifest {
  contributes: { commands: { command: string }[] };
}

describe("Activation in a real extension host", () => {
  it("leaves no error in the log, neither ours nor VS Code's", async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
    const ours = logLines(/failproof\.failproof[\\/].*\.log$/i);
    const hosts = logLines(/exthost.*\.log$/i).filter((line) =>
      /failproof/i.test(line),
    );
    const errors = [...ours, ...hosts].filter((line) =>
      /\[(error|warning)\]/.test(line),
    );
    assert.deepEqual(errors, []);
  });

  it("starts no process before it is needed", () => {
    assert.deepEqual(ourChildren(), []);
  });

  it("has registered every command that the manifest contributes", async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const { commands } = (extension().packageJSON as Manifest).contributes;
    assert.ok(commands.length >= 12);
    for (const { command } of commands) {
      assert.ok(known.has(command), command);
    }
  });
});
