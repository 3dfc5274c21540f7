// @ts-check
/**
 * Runs out/host/index.cjs inside the extension host of a real VS Code: a
 * desktop one where there is one, else the server build with a headless
 * browser as its window (hostRunner.mjs). The real CLI with the scripted model
 * is there for the tests.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runTests } from "@vscode/test-electron";
import { root } from "./lib/bootstrap.mjs";
import { demoEnvironment, ensureClaudeCli } from "./lib/claudeCli.mjs";
import { cleanEnvironment } from "./lib/cleanEnvironment.mjs";
import { startCloud } from "./lib/cloud.mjs";
import { findEditor } from "./lib/editor.mjs";
import { makeSampleWorkspace } from "./lib/sampleWorkspace.mjs";
import { startScriptedModel } from "./lib/scriptedModel.mjs";

const editor = await findEditor();
const folder = await mkdtemp(path.join(tmpdir(), "failproof-hosttest-"));
const model = await startScriptedModel();
const cloud = await startCloud({
  dataDir: path.join(folder, "cloud"),
  args: ["--interval-seconds", "1"],
});
try {
  const workspace = await makeSampleWorkspace(path.join(folder, "greeter"));
  const { path: cli } = await ensureClaudeCli();
  const userData = path.join(folder, "user-data");
  await mkdir(path.join(userData, "User"), { recursive: true });
  await writeFile(
    path.join(userData, "User", "settings.json"),
    JSON.stringify({
      "failproof.serverUrl": cloud.url,
      "failproof.cli.path": cli,
    }),
  );
  const forHost = {
    ...demoEnvironment({
      home: path.join(folder, "home"),
      baseUrl: model.url,
    }),
    FAILPROOF_TEST_RESULTS: process.env["FAILPROOF_TEST_RESULTS"] ?? "",
    // Where a desktop VS Code keeps its logs; the host runner says where its own are.
    FAILPROOF_TEST_LOGS: path.join(userData, "logs"),
    FAILPROOF_TEST_CLOUD: cloud.url,
  };
  process.exitCode = await runTests({
    vscodeExecutablePath:
      editor.kind === "desktop" ? editor.path : `${root}scripts/hostRunner.mjs`,
    extensionDevelopmentPath: root,
    extensionTestsPath: `${root}out/host/index.cjs`,
    launchArgs: [workspace, "--user-data-dir", userData],
    extensionTestsEnv: {
      ...cleanEnvironment(),
      ...forHost,
      FAILPROOF_TEST_ENV: JSON.stringify(forHost),
      FAILPROOF_ARTIFACTS: `${root}artifacts/host`,
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await cloud.stop();
  await model.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
