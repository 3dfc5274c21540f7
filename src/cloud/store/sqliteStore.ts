import { randomUUID } from "node:crypto";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import * as v from "valibot";
import { Disposable, toDisposable } from "../../base/lifecycle";
import type { EventRecord } from "../../protocol/eventRecord";
import { insertEvent } from "./schema";
import type {
  AuthorizationCodeRow,
  CloudStore,
  DeviceCodeRow,
  TokenKind,
  TokenRow,
  User,
} from "./store";

type Columns = Record<string, SQLInputValue>;

const userRow = v.object({ id: v.string(), email: v.string() });

const tokenRow = v.pipe(
  v.object({
    hash: v.string(),
    kind: v.picklist(["access", "refresh"]),
    user_id: v.string(),
    grant_id: v.string(),
    expires_at: v.number(),
    rotated_at: v.nullable(v.number()),
  }),
  v.transform((row): TokenRow => ({
    hash: row.hash,
    kind: row.kind,
    userId: row.user_id,
    grantId: row.grant_id,
    expiresAt: row.expires_at,
    rotatedAt: row.rotated_at,
  })),
);

const deviceCodeRow = v.pipe(
  v.object({
    hash: v.string(),
    user_code_hash: v.string(),
    expires_at: v.number(),
    interval_ms: v.number(),
    last_polled_at: v.nullable(v.number()),
    state: v.picklist(["pending", "approved", "denied", "redeemed"]),
    user_id: v.nullable(v.string()),
  }),
  v.transform((row): DeviceCodeRow => ({
    hash: row.hash,
    userCodeHash: row.user_code_hash,
    expiresAt: row.expires_at,
    intervalMs: row.interval_ms,
    lastPolledAt: row.last_polled_at,
    state: row.state,
    userId: row.user_id,
  })),
);

const authorizationCodeRow = v.pipe(
  v.object({
    hash: v.string(),
    binding_hash: v.string(),
    user_id: v.string(),
    grant_id: v.string(),
    expires_at: v.number(),
    is_used: v.number(),
  }),
  v.transform((row): AuthorizationCodeRow => ({
    hash: row.hash,
    bindingHash: row.binding_hash,
    userId: row.user_id,
    grantId: row.grant_id,
    expiresAt: row.expires_at,
    isUsed: row.is_used !== 0,
  })),
);

/** The store in one SQLite file; owns the database it is given. */
export class SqliteStore extends Disposable implements CloudStore {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(database: DatabaseSync) {
    super();
    this.#database = database;
    this.register(toDisposable(() => database.close()));
  }

  transaction<T>(run: () => T): T {
    if (this.#depth > 0) {
      return run();
    }
    // IMMEDIATE: a lock that has to be waited for is waited for here, not halfway.
    this.#database.exec("BEGIN IMMEDIATE");
    this.#depth += 1;
    try {
      const result = run();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  serverSecret(): Uint8Array {
    const schema = v.object({ secret: v.instance(Uint8Array) });
    return v.parse(schema, this.#prepare("SELECT secret FROM server").get())
      .secret;
  }

  userByEmail(email: string, now: number): User {
    this.#run(
      `INSERT INTO users (id, email, created_at) VALUES (:id, :email, :now)
       ON CONFLICT (email) DO NOTHING`,
      { id: randomUUID(), email, now },
    );
    const sql = "SELECT id, email FROM users WHERE email = :email";
    return v.parse(userRow, this.#prepare(sql).get({ email }));
  }

  userById(id: string): User | undefined {
    return this.#find("SELECT id, email FROM users WHERE id = :id", userRow, {
      id,
    });
  }

  addToken(row: TokenRow): void {
    this.#run(
      `INSERT INTO tokens (hash, kind, user_id, grant_id, expires_at, rotated_at)
       VALUES (:hash, :kind, :userId, :grantId, :expiresAt, :rotatedAt)`,
      { ...row },
    );
  }

  findToken(hash: string, kind: TokenKind): TokenRow | undefined {
    return this.#find(
      "SELECT * FROM tokens WHERE hash = :hash AND kind = :kind",
      tokenRow,
      { hash, kind },
    );
  }

  rotateToken(hash: string, rotatedAt: number, expiresAt: number): void {
    this.#run(
      `UPDATE tokens SET rotated_at = :rotatedAt, expires_at = :expiresAt
       WHERE hash = :hash`,
      { hash, rotatedAt, expiresAt },
    );
  }

  removeGrant(grantId: string): void {
    this.#run("DELETE FROM tokens WHERE grant_id = :grantId", { grantId });
  }

  addDeviceCode(row: DeviceCodeRow): void {
    this.#run(
      `INSERT INTO device_codes
         (hash, user_code_hash, expires_at, interval_ms, last_polled_at, state, user_id)
       VALUES
         (:hash, :userCodeHash, :expiresAt, :intervalMs, :lastPolledAt, :state, :userId)`,
      { ...row },
    );
  }

  findDeviceCode(hash: string): DeviceCodeRow | undefined {
    const sql = "SELECT * FROM device_codes WHERE hash = :hash";
    return this.#find(sql, deviceCodeRow, { hash });
  }

  findUserCode(userCodeHash: string): DeviceCodeRow | undefined {
    const sql =
      "SELECT * FROM device_codes WHERE user_code_hash = :userCodeHash";
    return this.#find(sql, deviceCodeRow, { userCodeHash });
  }

  updateDeviceCode(row: DeviceCodeRow): void {
    this.#run(
      `UPDATE device_codes SET user_code_hash = :userCodeHash,
         expires_at = :expiresAt, interval_ms = :intervalMs,
         last_polled_at = :lastPolledAt, state = :state, user_id = :userId
       WHERE hash = :hash`,
      { ...row },
    );
  }

  addAuthorizationCode(row: AuthorizationCodeRow): void {
    this.#run(
      `INSERT INTO authorization_codes
         (hash, binding_hash, user_id, grant_id, expires_at, is_used)
       VALUES (:hash, :bindingHash, :userId, :grantId, :expiresAt, :isUsed)`,
      { ...row, isUsed: Number(row.isUsed) },
    );
  }

  takeAuthorizationCode(hash: string): AuthorizationCodeRow | undefined {
    const sql = "SELECT * FROM authorization_codes WHERE hash = :hash";
    const found = this.#find(sql, authorizationCodeRow, { hash });
    this.#run("UPDATE authorization_codes SET is_used = 1 WHERE hash = :hash", {
      hash,
    });
    return found;
  }

  prune(tokensBefore: number, codesBefore: number): void {
    this.#run("DELETE FROM tokens WHERE expires_at < :tokensBefore", {
      tokensBefore,
    });
    for (const table of ["device_codes", "authorization_codes"]) {
      this.#run(`DELETE FROM ${table} WHERE expires_at < :codesBefore`, {
        codesBefore,
      });
    }
  }

  addEvents(
    userId: string,
    events: readonly EventRecord[],
    receivedAt: number,
  ): number {
    return this.transaction(() => {
      const insert = this.#prepare(insertEvent);
      let added = 0;
      for (const event of events) {
        const values = valuesOf(event);
        added += Number(insert.run(userId, ...values, receivedAt).changes);
      }
      return added;
    });
  }

  #rollBack(): void {
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // A full disk makes SQLite roll back by itself, and then there is nothing
      // left to: the error that counts is the one being thrown.
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) {
      return known;
    }
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** How many rows changed. */
  #run(sql: string, columns: Columns): number {
    return Number(this.#prepare(sql).run(columns).changes);
  }

  #find<T>(
    sql: string,
    schema: v.GenericSchema<unknown, T>,
    columns: Columns,
  ): T | undefined {
    const row = this.#prepare(sql).get(columns);
    return row === undefined ? undefined : v.parse(schema, row);
  }
}

/** In the order of `insertEvent`'s columns. */
function valuesOf(event: EventRecord): SQLInputValue[] {
  const names = event.policy_names;
  return [
    event.client_event_id,
    event.timestamp,
    event.event_type,
    event.tool_name,
    event.policy_name,
    names === null ? null : JSON.stringify(names),
    event.decision,
    event.reason,
    event.duration_ms,
    event.session_id,
    event.cwd_hash,
    event.permission_mode,
    event.hook_event_name,
    event.integration,
    event.source,
  ];
}
