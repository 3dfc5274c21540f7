import { type AccountState, nameOf } from "../auth/accountState";
import { localServer } from "../auth/serverUrl";

type SignedInState = Extract<AccountState, { kind: "signedIn" }>;

function serverName(serverUrl: string): string {
  return serverUrl === localServer
    ? "the local server on this machine"
    : serverUrl;
}

/** Which credential is in force, and where it came from; masked. */
function credentialWords({ credential }: SignedInState): string {
  switch (credential.kind) {
    case "tokens":
      return `access token ${credential.masked}, from the sign-in; kept in the system's keyring`;
    case "apiKey":
      return `API key ${credential.masked}, from the sign-in in the browser; kept in the system's keyring`;
    case "environment":
      return `${credential.masked}, from FAILPROOF_API_TOKEN in the environment of VS Code`;
  }
}

/** What `Failproof: Show Account` lists. */
export function accountRows(
  state: SignedInState,
  isPersistent: boolean,
): [string, string][] {
  const { credential } = state;
  const rows: [string, string][] = [
    ["Account", nameOf(state)],
    ["Server", serverName(state.serverUrl)],
    ["Credential", credentialWords(state)],
    [
      "Expires",
      credential.expiresAt === null
        ? "never"
        : `${timeOf(credential.expiresAt)}, renewed before by itself`,
    ],
  ];
  if (credential.refreshedAt !== null) {
    rows.push(["Last renewed", timeOf(credential.refreshedAt)]);
  }
  if (credential.signedInAt !== null) {
    rows.push(["Signed in", timeOf(credential.signedInAt)]);
  }
  if (state.shadowed) {
    rows.push([
      "Hidden",
      "a stored sign-in, until FAILPROOF_API_TOKEN is removed",
    ]);
  }
  if (state.isOffline) {
    rows.push(["State", "offline: the server cannot be reached just now"]);
  }
  if (!isPersistent) {
    rows.push(["Kept", "in memory only: no keyring, gone with this window"]);
  }
  return rows;
}

function timeOf(at: number): string {
  return new Date(at).toLocaleString();
}
