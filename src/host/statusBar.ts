import * as vscode from "vscode";
import type { Account } from "../auth/account";
import { nameOf } from "../auth/accountState";
import { Disposable } from "../base/lifecycle";
import type { RelayStatus } from "../protocol/delivery";
import type { DeliveryHost } from "./delivery";
import type { SignIn } from "./signIn";

const longestName = 24;

/** The status bar item: signed out, signing in, synced, n queued, or offline; and who. */
export class StatusBar extends Disposable {
  readonly #item = this.register(
    vscode.window.createStatusBarItem(
      "failproof.status",
      vscode.StatusBarAlignment.Left,
      50,
    ),
  );

  constructor(
    private readonly deps: {
      account: Account;
      delivery: DeliveryHost;
      signIn: SignIn;
    },
  ) {
    super();
    const show = () => this.#show();
    this.register(deps.account.onDidChange(show));
    this.register(deps.delivery.onDidChangeStatus(show));
    this.register(deps.signIn.onDidChange(show));
    this.#item.name = "Failproof";
    this.#show();
    this.#item.show();
  }

  #show(): void {
    const { account, delivery, signIn } = this.deps;
    const item = this.#item;
    const { pending } = signIn;
    const { state } = account;
    if (pending) {
      const words =
        pending.way === "code" ? pending.code.userCode : "signing in";
      item.text = `$(loading~spin) Failproof: ${words}`;
      item.tooltip = "Signing in. Click for the page, the code, or to cancel.";
      item.command = "failproof.signIn";
    } else if (state.kind === "signedOut") {
      item.text = "$(circle-slash) Failproof: signed out";
      item.tooltip =
        "Nothing is recorded while you are signed out. Click to sign in.";
      item.command = "failproof.signIn";
    } else {
      const status = delivery.status;
      const [icon, words] = describe(status, state.isOffline);
      item.text = `$(${icon}) ${shortName(nameOf(state))}: ${words}`;
      item.tooltip = tooltip(nameOf(state), state.serverUrl, status);
      item.command = "failproof.showRelayStatus";
    }
    item.accessibilityInformation = { label: plain(item.text) };
  }
}

function describe(
  status: RelayStatus,
  isSessionOffline: boolean,
): [icon: string, words: string] {
  const queued = `${status.queued} queued`;
  if (status.connection === "stopped") {
    return [
      "debug-pause",
      status.queued > 0 ? `stopped, ${queued}` : "stopped",
    ];
  }
  if (status.connection === "offline" || isSessionOffline) {
    return ["cloud", status.queued > 0 ? `offline, ${queued}` : "offline"];
  }
  if (status.queued > 0) {
    return ["cloud-upload", queued];
  }
  return status.connection === "online"
    ? ["check", "synced"]
    : ["loading~spin", "connecting"];
}

function shortName(email: string): string {
  return email.length > longestName
    ? `${email.slice(0, longestName - 1)}…`
    : email;
}

function plain(text: string): string {
  return text.replace(/\$\([^)]*\)\s*/g, "");
}

function tooltip(
  email: string,
  serverUrl: string,
  status: RelayStatus,
): vscode.MarkdownString {
  const rows = statusRows(status).map(([name, value]) => `${name}: ${value}`);
  const text = new vscode.MarkdownString();
  text.appendText(
    ["Failproof", `${email} at ${serverUrl}`, ...rows].join("\n"),
  );
  return text;
}

const connectionWords: Record<RelayStatus["connection"], string> = {
  signedOut: "signed out: nothing is sent",
  connecting: "connecting",
  online: "connected",
  offline: "offline, trying again by itself",
  stopped: "stopped by you, in all windows",
};

/** What the tooltip and `Show Relay Status` say, in words. */
export function statusRows(status: RelayStatus): [string, string][] {
  const time = (at: number | null) =>
    at === null ? "never" : new Date(at).toLocaleTimeString();
  const since =
    status.oldestQueuedAt === null
      ? ""
      : `, the oldest since ${time(status.oldestQueuedAt)}`;
  const rows: [string, string][] = [
    ["Relay", connectionWords[status.connection]],
    ["Queued", `${status.queued}${since}`],
    ["Last acknowledged", time(status.lastAckAt)],
    ["Dropped for want of room", String(status.dropped)],
    ["Put aside, with the reason", String(status.quarantined)],
  ];
  if (status.problem !== null) {
    rows.push(["Problem", status.problem]);
  }
  return rows;
}
