/**
 * The hook events that a chat asks the CLI to report (`initialize.hooks`).
 * SessionStart and SessionEnd come only around a /clear: the CLI (2.1.329) does
 * not call back for those of the process itself.
 */
export const chatHookEvents = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PermissionRequest",
  "PermissionDenied",
  "Notification",
  "Stop",
  "StopFailure",
  "SubagentStop",
  "PreCompact",
  "SessionEnd",
] as const;
