import { messageOf } from "../base/errors";
import { Emitter, type Event } from "../base/event";
import { Disposable, type DisposableLike } from "../base/lifecycle";
import { type AccountState, environmentFacts, factsOf } from "./accountState";
import { secretSchema, type SignedIn } from "./authApi";
import { type Credential, newCredential, secretOf } from "./credential";
import { RecordKeeper, type RecordKeeperDeps } from "./recordKeeper";
import { proposedServerUrl, serverNameOf } from "./serverUrl";
import { validate } from "../protocol/validate";

/** What the relay is given: never the refresh token. */
export interface AccessCredential {
  serverUrl: string;
  accessToken: string;
}

export interface AccountDeps extends RecordKeeperDeps {
  /** The machine's setting: `local`, an address, or "" when no server has been chosen. */
  server: { readonly current: string; readonly onDidChange: Event<void> };
  /** FAILPROOF_API_TOKEN: wins over what is stored, and is never stored, refreshed or revoked. */
  environmentToken: string | undefined;
  /** A new random id. */
  newId: () => string;
}

/** A key that was refused gets another chance: the fault may have been the server's. */
const refusedKeyMs = 300_000;

/**
 * The account of this window: who is signed in at the chosen server, with the
 * environment's token or with what is stored.
 */
export class Account extends Disposable {
  readonly #onDidChange = this.register(new Emitter<AccountState>());
  readonly onDidChange = this.#onDidChange.event;
  readonly #keeper: RecordKeeper;
  #server: string | undefined;
  #environment: AccessCredential | undefined;
  #refused: string | undefined;
  #secondChance: DisposableLike | undefined;

  constructor(private readonly deps: AccountDeps) {
    super();
    this.#keeper = this.register(new RecordKeeper(deps));
    this.register(this.#keeper.onDidChange(() => this.#tell()));
    this.register(
      deps.server.onDidChange(() => {
        this.reload().catch((error: unknown) =>
          this.deps.log.error(`Another server: ${messageOf(error)}`),
        );
      }),
    );
    this.register({ dispose: () => this.#secondChance?.dispose() });
    this.#readChoice();
  }

  get state(): AccountState {
    const environment = this.#environment;
    const stored = this.#stored;
    if (environment) {
      return {
        kind: "signedIn",
        user: undefined,
        serverUrl: environment.serverUrl,
        credential: environmentFacts(environment.accessToken),
        isOffline: false,
        isRefused: this.#isRefused(environment.accessToken),
        shadowed: stored !== undefined,
      };
    }
    if (!stored) {
      return { kind: "signedOut", serverUrl: this.#server ?? "" };
    }
    return {
      kind: "signedIn",
      user: stored.user,
      serverUrl: stored.serverUrl,
      credential: factsOf(stored),
      isOffline: this.#keeper.isOffline,
      isRefused: stored.kind === "apiKey" && this.#isRefused(stored.apiKey),
      shadowed: false,
    };
  }

  /** What is good at this moment, as far as is known: no dead token, no refused one. */
  get accessCredential(): AccessCredential | undefined {
    const credential = this.#environment ?? usable(this.#stored, this.deps);
    return credential && !this.#isRefused(credential.accessToken)
      ? credential
      : undefined;
  }

  /** The same, refreshed before if that is due. Reads no storage when it is not. */
  async accessToken(): Promise<AccessCredential | undefined> {
    if (!this.#environment) {
      if (!this.#keeper.isLoaded) {
        await this.reload();
      }
      if (this.#keeper.needsRefresh) {
        await this.#keeper.refresh();
      }
    }
    return this.accessCredential;
  }

  /** Adopts the chosen server, and what is stored for it: at start, and whenever it may have changed. */
  async reload(): Promise<void> {
    const before = JSON.stringify(this.#chosen);
    this.#readChoice();
    const hasChanged = before !== JSON.stringify(this.#chosen);
    await this.#keeper.follow(this.#server ?? "");
    if (hasChanged) {
      this.#tell();
    }
  }

  /** Stores a new sign-in. Throws AppError `server-url`. */
  async signIn(serverUrl: string, signedIn: SignedIn): Promise<void> {
    const server = serverNameOf(serverUrl);
    const { clock, newId } = this.deps;
    const about = { serverUrl: server, signInId: newId() };
    // The server may have been chosen a moment ago, for this very sign-in.
    await this.reload();
    // The same key again is a new try.
    this.#refused = undefined;
    await this.#keeper.put(server, (generation) =>
      newCredential(signedIn, clock.now(), { ...about, generation }),
    );
  }

  /** Out of what is stored; the environment's token stays in force. */
  signOut(): Promise<void> {
    return this.#keeper.signOut();
  }

  /**
   * Gets a fresh access token now. `refused` is an access token that the server
   * did not take: if it is still the current one it is not given out again,
   * and if it is an older one nothing is done.
   */
  async refresh(refused?: string): Promise<void> {
    if (this.isDisposed) {
      return;
    }
    if (refused !== undefined) {
      const current =
        this.#environment?.accessToken ??
        (this.#stored && secretOf(this.#stored));
      if (refused !== current) {
        return;
      }
      this.#refuse(refused);
    }
    if (!this.#environment) {
      await this.#keeper.refresh();
    }
  }

  get #stored(): Credential | undefined {
    return this.#keeper.credential;
  }

  get #chosen() {
    return [this.#server, this.#environment?.serverUrl];
  }

  #isRefused(secret: string): boolean {
    return secret === this.#refused;
  }

  #refuse(secret: string): void {
    this.#refused = secret;
    this.#secondChance?.dispose();
    if (this.#environment || this.#stored?.kind === "apiKey") {
      this.deps.log.warn("The server does not accept the key.");
      this.#secondChance = this.deps.clock.schedule(refusedKeyMs, () => {
        this.#refused = undefined;
        this.#tell();
      });
      this.#tell();
    }
  }

  /** An address that a token must not be sent to counts as none, for the environment's token too. */
  #readChoice(): void {
    const { server, environmentToken, log } = this.deps;
    try {
      this.#server = serverNameOf(server.current);
    } catch (error) {
      log.warn(`failproof.serverUrl: ${messageOf(error)}`);
      this.#server = undefined;
    }
    const accessToken = validate(secretSchema, environmentToken?.trim());
    this.#environment =
      accessToken === undefined || this.#server === undefined
        ? undefined
        : { serverUrl: this.#server || proposedServerUrl, accessToken };
  }

  /** A listener that throws is that listener's fault: it ends no refresh and no sign-out. */
  #tell(): void {
    if (this.isDisposed) {
      return;
    }
    try {
      this.#onDidChange.fire(this.state);
    } catch (error) {
      this.deps.log.error(`Telling of the account: ${messageOf(error)}`);
    }
  }
}

function usable(
  credential: Credential | undefined,
  { clock }: AccountDeps,
): AccessCredential | undefined {
  if (
    !credential ||
    (credential.kind === "tokens" && credential.expiresAt <= clock.now())
  ) {
    return undefined;
  }
  return {
    serverUrl: credential.serverUrl,
    accessToken: secretOf(credential),
  };
}
