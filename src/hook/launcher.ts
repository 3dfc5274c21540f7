import type { HookFiles } from "./hookFiles";

export interface LauncherFacts {
  /** `~/.failproofai`: used unless the agent's environment has FAILPROOFAI_HOME. */
  home: string;
  files: Pick<HookFiles, "script">;
  /**
   * Programs that can run the hook, absolute, the best first: a Node, or the
   * editor's own (an Electron that is told to be Node). The first one that is
   * still there is taken.
   */
  nodes: readonly string[];
}

/**
 * The program between the CLI and the hook, and why there is one
 * (docs/adr/0007-the-installed-hook.md): the CLI waits for this, about a
 * millisecond, and not for a Node to start; whoever is not signed in pays no
 * Node at all; an entry of the settings cannot say ELECTRON_RUN_AS_NODE; and
 * its path stays while editors and extensions come and go. It exits 0 whatever
 * happens. FAILPROOF_CANARY is the exit code for a missing program, which the
 * canary wants to know of.
 */
export function launcherText(
  facts: LauncherFacts,
  platform: NodeJS.Platform = process.platform,
): string {
  return platform === "win32" ? windowsText(facts) : posixText(facts);
}

/**
 * Variables that make Node slower, or another program: NODE_EXTRA_CA_CERTS
 * alone costs Node 20 some 40 ms, for a network that the hook does not know.
 */
const unwanted = [
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_SYSTEM_CA",
  "NODE_V8_COVERAGE",
];

/**
 * A Node that starts beside a quick tool call makes it up to 10 ms longer on
 * two cores (docs/benchmarks.md). The event keeps the time at which it was seen.
 */
const pauseSeconds = 0.2;

function posixText({ home, files, nodes }: LauncherFacts): string {
  return `#!/bin/sh
# Written by Failproof for VS Code, which removes it again:
# command "Failproof: Remove Claude Code Hooks".
[ "$FAILPROOF_CHAT" = 1 ] && exit 0
FAILPROOFAI_HOME=\${FAILPROOFAI_HOME:-${quoted(home)}}
[ -e "$FAILPROOFAI_HOME/signed-in" ] || exit 0
script=${quoted(files.script)}
for node in ${nodes.map(quoted).join(" ")} "$(command -v node)"; do
  [ -x "$node" ] && break
  node=
done
[ -n "$node" ] && [ -r "$script" ] || exit "\${FAILPROOF_CANARY:-0}"
unset ${unwanted.join(" ")}
export FAILPROOFAI_HOME ELECTRON_RUN_AS_NODE=1
umask 077
# The agent starts one hook after the other, and Node takes its time: the
# number of this process says later whose turn it is.
turn=$FAILPROOFAI_HOME/hook/turns/$PPID-$$
# Not a colon, whose failure would end the shell.
{ true >"$turn"; } 2>/dev/null || turn=
case $1 in
  # The last one is waited for, and waits for the others: after it the agent is gone.
  SessionEnd) exec "$node" "$script" "$1" "$turn" >/dev/null 2>&1 ;;
  Stop*) pause= ;;
  # Not while the agent works: in a moment it waits for its model again.
  *) pause=${pauseSeconds} ;;
esac
# A background program's input is /dev/null unless it has another number.
exec 3<&0
{
  [ -n "$pause" ] && sleep $pause
  exec "$node" "$script" "$1" "$turn"
} <&3 3<&- >/dev/null 2>&1 &
exit 0
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** cmd.exe has no cheap way into the background; the agent waits for Node here, or runs it as `async`. */
function windowsText({ home, files, nodes }: LauncherFacts): string {
  const lines = [
    "@echo off",
    "rem Written by Failproof for VS Code, which removes it again:",
    'rem command "Failproof: Remove Claude Code Hooks".',
    'if "%FAILPROOF_CHAT%"=="1" exit /b 0',
    `if not defined FAILPROOFAI_HOME set "FAILPROOFAI_HOME=${escaped(home)}"`,
    'if not exist "%FAILPROOFAI_HOME%\\signed-in" exit /b 0',
    `set "script=${escaped(files.script)}"`,
    'set "node="',
    ...nodes.map(
      (node) =>
        `if not defined node if exist "${escaped(node)}" set "node=${escaped(node)}"`,
    ),
    'if not defined node for %%n in (node.exe) do set "node=%%~$PATH:n"',
    "if not defined FAILPROOF_CANARY set FAILPROOF_CANARY=0",
    "if not defined node exit /b %FAILPROOF_CANARY%",
    'if not exist "%script%" exit /b %FAILPROOF_CANARY%',
    ...unwanted.map((name) => `set "${name}="`),
    "set ELECTRON_RUN_AS_NODE=1",
    '"%node%" "%script%" %1 >nul 2>&1',
    "exit /b 0",
  ];
  return lines.map((line) => `${line}\r\n`).join("");
}

/** In a batch file a percent sign is doubled; a quote cannot be in a path. */
function escaped(path: string): string {
  return path.replaceAll("%", "%%");
}
