/** Who may import whom: docs/architecture.md. A folder may always import itself. */
const mayImport = {
  base: [],
  protocol: ["base"],
  node: ["base"],
  queue: ["base", "node", "protocol"],
  cli: ["base", "node", "protocol"],
  hook: ["base", "node", "protocol", "queue"],
  relay: ["base", "node", "protocol", "queue"],
  cloud: ["base", "node", "protocol"],
  auth: ["base", "node", "protocol"],
  permission: ["base", "protocol"],
  bridge: ["base", "protocol"],
  session: ["base", "node", "protocol", "cli", "permission"],
};

const folderRules = Object.entries(mayImport).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-${allowed.join("-") || "itself"}`,
  severity: "error",
  from: { path: `^src/${folder}/` },
  to: {
    path: "^(src|webview|test|scripts)/",
    pathNot: `^src/(${[folder, ...allowed].join("|")})/`,
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...folderRules,
    {
      name: "host-does-not-import-the-composition-root",
      severity: "error",
      from: { path: "^src/host/" },
      to: { path: "^(src/extension|webview|test|scripts)" },
    },
    {
      name: "webview-imports-only-base-and-protocol",
      severity: "error",
      from: { path: "^webview/" },
      to: { path: "^(src|test|scripts)/", pathNot: "^src/(base|protocol)/" },
    },
    {
      name: "only-host-imports-vscode",
      severity: "error",
      from: {
        path: "^(src|webview)/",
        pathNot: "^src/(host/|extension\\.ts$)",
      },
      to: { path: "^vscode$" },
    },
    {
      name: "base-protocol-and-webview-are-free-of-node",
      severity: "error",
      from: { path: "^(src/base|src/protocol|webview)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "everything-imported-is-installed",
      severity: "error",
      from: { path: "^(src|webview)/" },
      to: { couldNotResolve: true, pathNot: "^vscode$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js"],
    },
  },
};
