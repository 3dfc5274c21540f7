/**
 * What a conversation is started with. None of it may hold a secret: arguments
 * can be read by every process of the machine; so of MCP servers and settings
 * there are only the files.
 */
export interface StartOptions {
  /** The folder that the agent works in, absolute. */
  cwd: string;
  /** As the CLI knows it (an alias, or a full name); null: the CLI's own choice. */
  model: string | null;
  permissionMode: string | null;
  /** Further folders that the agent may work in, absolute. */
  addDirectories: readonly string[];
  /** Files that describe MCP servers, absolute. */
  mcpConfigFiles: readonly string[];
  /** Those of `mcpConfigFiles` and no others. */
  isMcpStrict: boolean;
  /** A settings file in addition to the CLI's own, absolute. */
  settingsFile: string | null;
}

export type OptionName = keyof StartOptions;

/** Which session a process is for; ids are UUIDs. */
export type SessionStart =
  | { kind: "new" | "resume"; id: string }
  /** A copy of session `from`, up to the message `at` where one is named. */
  | { kind: "fork"; id: string; from: string; at: string | null };

/** What a CLI process is started with; see docs/architecture.md, "The CLI". */
export interface CliStart {
  session: SessionStart;
  options: StartOptions;
}

export function defaultOptions(cwd: string): StartOptions {
  return {
    cwd,
    model: null,
    permissionMode: null,
    addDirectories: [],
    mcpConfigFiles: [],
    isMcpStrict: false,
    settingsFile: null,
  };
}

/** The options in which two differ, in which order matters: a start with one is not a start with the other. */
export function differingOptions(
  one: StartOptions,
  other: StartOptions,
): OptionName[] {
  const names: OptionName[] = [
    "cwd",
    "model",
    "permissionMode",
    "addDirectories",
    "mcpConfigFiles",
    "isMcpStrict",
    "settingsFile",
  ];
  return names.filter(
    (name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]),
  );
}

/** The arguments of one long-lived conversation process. */
export function cliArguments({ session, options }: CliStart): string[] {
  return [
    "--print",
    // Without it stream-json exits with 1.
    "--verbose",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--include-partial-messages",
    "--permission-prompt-tool",
    "stdio",
    ...optionArguments(options),
    ...sessionArguments(session),
  ];
}

function optionArguments(options: StartOptions): string[] {
  const { model, permissionMode, settingsFile } = options;
  const list = (flag: string, values: readonly string[]) =>
    values.flatMap((value) => [flag, value]);
  return [
    ...(model === null ? [] : ["--model", model]),
    ...(permissionMode === null ? [] : ["--permission-mode", permissionMode]),
    ...list("--add-dir", options.addDirectories),
    ...list("--mcp-config", options.mcpConfigFiles),
    ...(options.isMcpStrict ? ["--strict-mcp-config"] : []),
    ...(settingsFile === null ? [] : ["--settings", settingsFile]),
  ];
}

function sessionArguments(session: SessionStart): string[] {
  switch (session.kind) {
    case "new":
      return ["--session-id", session.id];
    case "resume":
      return ["--resume", session.id];
    case "fork":
      return [
        ...["--resume", session.from, "--fork-session"],
        ...(session.at === null ? [] : ["--resume-session-at", session.at]),
        ...["--session-id", session.id],
      ];
  }
}
