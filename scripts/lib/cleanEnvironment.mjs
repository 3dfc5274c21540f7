// @ts-check
/**
 * A developer may well run these scripts from inside an agent, an editor or npm: their credentials and their
 * settings must not reach a test.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv} A copy without what belongs to agents, editors and npm.
 */
export function cleanEnvironment(env = process.env) {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !foreign.test(name)),
  );
}

const foreign = new RegExp(
  "^(ANTHROPIC_|CLAUDE|AWS_BEARER|VSCODE_|ELECTRON_|CODE_SERVER|npm_)" +
    "|^(NODE_OPTIONS|NODE_V8_COVERAGE|PORT|PASSWORD|HASHED_PASSWORD|GITHUB_TOKEN|EXTENSIONS_GALLERY)$",
  "i",
);
