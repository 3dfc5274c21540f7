import * as v from "valibot";
import { Account } from "../../src/auth/account";
import type { AccountState } from "../../src/auth/accountState";
import type { RefreshOutcome, SignedIn, Tokens } from "../../src/auth/authApi";
import { TokenStore } from "../../src/auth/tokenStore";
import { Emitter } from "../../src/base/event";
import { nullLogger } from "../../src/base/log";
import type { FakeClock } from "./fakeClock";
import { FakeLock } from "./fakeLock";
import { FakeKeyring, type FakeSecrets } from "./fakeSecrets";

export const serverUrl = "https://example.org";
export const hourMs = 3_600_000;

/** The server's end of the session: which refresh token is good, and what it was asked. */
export class FakeAuthServer {
  readonly refreshes: string[] = [];
  readonly logouts: string[] = [];
  /** What the next refresh gets instead of new tokens. */
  refreshWith: (() => RefreshOutcome | Promise<RefreshOutcome>) | undefined;
  expiresInMs = hourMs;
  isUnreachable = false;
  #count = 0;

  /** Somebody has signed in. */
  signIn(email = "ada@example.org"): SignedIn {
    return {
      kind: "tokens",
      tokens: this.tokens(),
      user: { id: email, email },
    };
  }

  tokens(): Tokens {
    this.#count += 1;
    return {
      accessToken: `access-${this.#count}`,
      refreshToken: `refresh-${this.#count}`,
      expiresInMs: this.expiresInMs,
    };
  }

  async refresh(refreshToken: string): Promise<RefreshOutcome> {
    this.refreshes.push(refreshToken);
    await Promise.resolve();
    return (
      (await this.refreshWith?.()) ?? {
        kind: "refreshed",
        tokens: this.tokens(),
      }
    );
  }

  async logout(refreshToken: string): Promise<void> {
    this.logouts.push(refreshToken);
    await Promise.resolve();
    if (this.isUnreachable) {
      throw new Error("no route");
    }
  }
}

/** What all windows of one machine share. */
export class FakeMachine {
  readonly keyring = new FakeKeyring();
  readonly server = new FakeAuthServer();
  readonly lock = new FakeLock();
  readonly #serverChange = new Emitter<void>();
  readonly chosenServer = {
    current: serverUrl,
    onDidChange: this.#serverChange.event,
  };
  ids = 0;

  constructor(readonly clock: FakeClock) {}

  /** Somebody has changed the setting. */
  chooseServer(url: string): void {
    this.chosenServer.current = url;
    this.#serverChange.fire();
  }

  /** The record of the server, as it is stored. */
  stored(server = serverUrl): string | undefined {
    return this.keyring.values.get(`failproof.credential:${server}`);
  }

  /** Somebody who knows nothing of the lock has stored a newer record. */
  storeElsewhere(changes: Record<string, unknown>): void {
    const [, text = "{}"] = [...this.keyring.values][0] ?? [];
    const record = v.parse(
      v.looseObject({ generation: v.number() }),
      JSON.parse(text),
    );
    const next = { ...record, generation: record.generation + 1, ...changes };
    this.keyring.put(`failproof.credential:${serverUrl}`, JSON.stringify(next));
  }

  /** Whether the storage holds any token at all. */
  get holdsTokens(): boolean {
    return /access-|refresh-|key-/.test(
      [...this.keyring.values.values()].join(),
    );
  }
}

/** One window's account, on a machine that others may share. */
export class AccountWindow {
  readonly secrets: FakeSecrets;
  readonly store: TokenStore;
  readonly account: Account;
  readonly states: AccountState[] = [];
  readonly log: string[] = [];

  constructor(
    readonly machine: FakeMachine,
    { environmentToken }: { environmentToken?: string } = {},
  ) {
    const { keyring, server, lock, clock, chosenServer } = machine;
    const note = (message: string) => this.log.push(message);
    const log = { ...nullLogger, warn: note, error: note };
    this.secrets = keyring.window();
    this.store = new TokenStore({ secrets: this.secrets, clock, log });
    this.account = new Account({
      store: this.store,
      createApi: async () => {
        await Promise.resolve();
        if (server.isUnreachable) {
          throw new Error("The local server does not start");
        }
        return server;
      },
      acquireLock: lock.acquire,
      server: chosenServer,
      environmentToken,
      clock,
      random: () => 0.5,
      newId: () => `id-${++machine.ids}`,
      log,
    });
    this.account.onDidChange((state) => this.states.push(state));
  }

  get token(): string | undefined {
    return this.account.accessCredential?.accessToken;
  }

  get email(): string | undefined {
    const { state } = this.account;
    return state.kind === "signedIn" ? state.user?.email : undefined;
  }

  get isOffline(): boolean | undefined {
    const { state } = this.account;
    return state.kind === "signedIn" ? state.isOffline : undefined;
  }
}
