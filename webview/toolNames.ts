import type { IconName } from "./icons/iconPaths";

const icons = new Map<string, IconName>(
  Object.entries<IconName>({
    Bash: "terminal",
    BashOutput: "terminal",
    KillShell: "terminal",
    Read: "file",
    Write: "edit",
    Edit: "edit",
    MultiEdit: "edit",
    NotebookEdit: "edit",
    Grep: "search",
    Glob: "search",
    WebFetch: "globe",
    WebSearch: "globe",
    Task: "agent",
    Agent: "agent",
    TodoWrite: "checklist",
    TaskCreate: "checklist",
    TaskUpdate: "checklist",
    TaskList: "checklist",
    TaskGet: "checklist",
  }),
);

const verbs = new Map(
  Object.entries({
    Bash: "run a command",
    Write: "write a file",
    Edit: "edit a file",
    MultiEdit: "edit a file",
    NotebookEdit: "edit a notebook",
  }),
);

export function toolIcon(name: string): IconName {
  return icons.get(name) ?? "tools";
}

/** A tool of an MCP server is called mcp__server__tool. */
export function toolTitle(name: string): string {
  const [, server, tool] = /^mcp__(.+?)__(.+)$/.exec(name) ?? [];
  return server && tool ? `${tool} (${server})` : name;
}

/** "Claude wants to …" */
export function toolVerb(name: string): string {
  return verbs.get(name) ?? `use ${toolTitle(name)}`;
}
