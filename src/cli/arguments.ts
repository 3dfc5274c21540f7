/** What a CLI process is started with; see docs/architecture.md, "The CLI". */
export interface CliStart {
  /** The session to continue, or the id that a new one gets. */
  session: { kind: "new" | "resume"; id: string };
}

/** The arguments of one long-lived conversation process. */
export function cliArguments({ session }: CliStart): string[] {
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
    session.kind === "new" ? "--session-id" : "--resume",
    session.id,
  ];
}
