/** A program of ours, as ManagedProcess takes it. */
export interface Program {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/**
 * How our own programs (dist/relay.js …) are run: by the editor's own Node, so
 * that nothing needs to be installed. In a desktop VS Code that is Electron,
 * told to be Node; in a server it is Node already, and the variable means
 * nothing to it.
 */
export function programAt(path: string): Program {
  return {
    command: process.execPath,
    args: [path],
    env: { ...baseEnvironment(), ELECTRON_RUN_AS_NODE: "1" },
  };
}

/** Never handed on: a credential of the user's, and variables that would change how a child runs. */
const withheld = [
  "FAILPROOF_API_TOKEN",
  "NODE_OPTIONS",
  "ELECTRON_RUN_AS_NODE",
];

function baseEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !withheld.includes(name)),
  );
}

/** For the CLI. The mark tells an installed hook that the chat records this run's events itself. */
export function cliEnvironment(): NodeJS.ProcessEnv {
  return { ...baseEnvironment(), FAILPROOF_CHAT: "1" };
}
