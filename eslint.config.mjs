// @ts-check
import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Time and chance are injected (src/base/clock.ts), so that tests advance them instead of waiting. */
const realTime = [
  ...["setTimeout", "setInterval", "setImmediate"].map((name) => ({
    name,
    message: "Use the injected Clock.",
  })),
];
const realTimeProperties = [
  { object: "Date", property: "now", message: "Use the injected Clock." },
  { object: "Math", property: "random", message: "Use the injected random." },
];

export default tseslint.config(
  {
    ignores: [
      "dist/",
      "out/",
      ".cache/",
      ".vscode-test/",
      "artifacts/",
      ".dependency-cruiser.cjs",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": [
        "error",
        { max: 60, skipComments: true, skipBlankLines: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { fixStyle: "inline-type-imports" },
      ],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_" },
      ],
      "no-empty": ["error", { allowEmptyCatch: false }],
      // A listener that does nothing on purpose (a stream's error that `close` reports) says so in a comment.
      "@typescript-eslint/no-empty-function": "off",
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/node/systemClock.ts", "src/extension.ts"],
    rules: {
      "no-restricted-globals": ["error", ...realTime],
      "no-restricted-properties": ["error", ...realTimeProperties],
      "no-restricted-syntax": [
        "error",
        {
          selector: "ExportDefaultDeclaration",
          message: "Export by name.",
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: "Use the injected Clock.",
        },
      ],
    },
  },
  {
    files: ["webview/**/*.ts", "webview/**/*.tsx"],
    plugins: { "react-hooks": hooks },
    rules: { ...hooks.configs.recommended.rules },
  },
  {
    files: ["test/**/*.ts", "test/**/*.tsx"],
    rules: {
      // A describe block is a function as long as its tests are many.
      "max-lines-per-function": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          "process",
          "console",
          "URL",
          "URLSearchParams",
          "Buffer",
          "fetch",
          "setTimeout",
          "clearTimeout",
          "setInterval",
          "clearInterval",
          "setImmediate",
          "AbortController",
          "AbortSignal",
          "performance",
          "TextEncoder",
          "TextDecoder",
          "structuredClone",
          "document",
          "window",
          "location",
          "getComputedStyle",
        ].map((name) => [name, "readonly"]),
      ),
    },
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": [
        "error",
        { max: 60, skipComments: true, skipBlankLines: true },
      ],
    },
  },
);
