// @ts-check
import { build } from "../build.mjs";
import { packageExtension } from "../package.mjs";
import { root } from "./bootstrap.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureClaudeCli } from "./claudeCli.mjs";
import { findEditor } from "./editor.mjs";
import { ensureNode } from "./node.mjs";
import { bundleTests } from "./testBundles.mjs";
import { ensureVscodeServer } from "./vscodeServer.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => Promise<void>} [install] Gets the editor, the browser and the CLI that it cannot do without.
 * @property {boolean} [hasTests] It writes counts of its own to FAILPROOF_TEST_RESULTS.
 * @property {() => Promise<void>} [prepare]
 * @property {() => Promise<string[][]>} commands
 * @property {() => Promise<NodeJS.ProcessEnv>} [env]
 */

const node = process.execPath;
/** @param {string} name */
const tool = (name) => `${root}node_modules/${name}`;
const mocha = [
  tool("mocha/bin/mocha.js"),
  "--reporter",
  `${root}test/support/countingReporter.cjs`,
  "--exit",
];
/** A slow machine is not a failure; what hangs, ends. */
const unitTimeout = ["--timeout", "30000"];
const e2eTimeout = ["--timeout", "120000"];

const projects = [".", "webview", "scripts", "test/unit/webview"];

/** @type {Step[]} */
export const steps = [
  {
    name: "types",
    commands: async () =>
      projects.map((project) => [
        node,
        tool("typescript/bin/tsc"),
        "-p",
        project,
      ]),
  },
  {
    name: "lint",
    commands: async () => [
      [node, tool("eslint/bin/eslint.js"), "--max-warnings", "0", "."],
    ],
  },
  {
    name: "format",
    commands: async () => [
      [
        node,
        tool("prettier/bin/prettier.cjs"),
        "--check",
        "--log-level",
        "warn",
        ".",
      ],
    ],
  },
  {
    name: "boundaries",
    // Under a Node that has node:sqlite, or it would be taken for a missing package.
    commands: async () => [
      [
        (await ensureNode()).path,
        tool("dependency-cruiser/bin/dependency-cruise.mjs"),
        "--config",
        ".dependency-cruiser.cjs",
        "src",
        "webview",
      ],
    ],
  },
  {
    name: "dead-code",
    commands: async () => [[node, tool("knip/bin/knip.js")]],
  },
  {
    name: "unit",
    hasTests: true,
    prepare: async () => {
      await build();
      await bundleTests("unit");
      await ensureClaudeCli();
    },
    // Under a Node that has node:sqlite, as the editor's own has.
    commands: async () => [
      [
        (await ensureNode()).path,
        "--enable-source-maps",
        "--disable-warning=ExperimentalWarning",
        ...mocha,
        ...unitTimeout,
        "out/unit/index.mjs",
      ],
    ],
  },
  {
    name: "host",
    hasTests: true,
    install: async () => {
      await ensureClaudeCli();
      const editor = await findEditor();
      if (editor.kind === "server") {
        await ensureChromium();
      }
    },
    prepare: async () => {
      await build();
      await bundleTests("host");
    },
    commands: async () => [[node, "scripts/hostTests.mjs"]],
  },
  {
    name: "e2e",
    hasTests: true,
    install: async () => {
      await ensureVscodeServer();
      await ensureChromium();
      await ensureClaudeCli();
    },
    prepare: async () => {
      await packageExtension();
      await bundleTests("e2e");
    },
    commands: async () => [
      [
        (await ensureNode()).path,
        "--enable-source-maps",
        "--disable-warning=ExperimentalWarning",
        ...mocha,
        ...e2eTimeout,
        "out/e2e/index.mjs",
      ],
    ],
  },
];
