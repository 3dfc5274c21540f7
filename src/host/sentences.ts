import { AppError, type AppErrorCode, messageOf } from "../base/errors";

/**
 * What the user reads when something went wrong: what happened, and what to do
 * about it. The only place where these sentences are chosen; `cancelled` has
 * none, since whoever cancels knows it.
 */
const sentences: Record<Exclude<AppErrorCode, "cancelled">, string> = {
  "browser-timeout":
    "The browser brought no answer within five minutes. Run Failproof: Sign In with Browser again, or Failproof: Sign In for a code.",
  "cli-not-executable":
    "The Claude CLI is there, but may not be executed. Give it that permission (chmod +x), or set another in failproof.cli.path. Failproof: Show Log says where it is.",
  "cli-not-found":
    "The Claude CLI was not found. Install it, or set its path in failproof.cli.path.",
  "cli-too-old":
    "The Claude CLI is too old for Failproof. Run `claude update` in a terminal, then send your prompt once more.",
  "cli-unusable":
    "The Claude CLI does not run. Try `claude --version` in a terminal; Failproof: Show Log has what it said here.",
  "code-denied":
    "The sign-in was denied on the server's page. To sign in after all, run Failproof: Sign In again.",
  "code-expired":
    "The sign-in code has expired before it was approved. Run Failproof: Sign In for a new one.",
  "invalid-credential":
    "The server did not accept the new sign-in. Run Failproof: Sign In again.",
  "listener-failed":
    "No port could be opened on this machine to wait for the browser. Run Failproof: Sign In for a code instead.",
  "local-server-failed":
    "The local server did not start. Failproof: Show Log says why.",
  "no-folder": "Open a folder first: the agent works on the files of a folder.",
  "not-json":
    "The server's answer was a web page, not the Failproof service. Check failproof.serverUrl; on a public network, sign in to the network first.",
  "secret-storage":
    "The sign-in could not be stored in the system's keyring. It holds until this window is closed. Check that a keyring is running and unlocked, then sign in again.",
  "server-refused":
    "The server refused the request. Check failproof.serverUrl, or try again later.",
  "server-unreachable":
    "The server cannot be reached. Check your network and failproof.serverUrl, then try again.",
  "server-url":
    "A server address must start with https:// (http:// only for this machine). Check failproof.serverUrl.",
  "untrusted-workspace":
    "This folder is not trusted, so no agent is started in it. Trust it with Workspaces: Manage Workspace Trust.",
};

/** The sentence for anything that was thrown; undefined for what the user cancelled. */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof AppError)) {
    return `Something went wrong: ${messageOf(error)}. Failproof: Show Log has more.`;
  }
  return error.code === "cancelled" ? undefined : sentences[error.code];
}
