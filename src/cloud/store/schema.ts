/**
 * The tables. Times are milliseconds since 1970, UTC. STRICT, so that a value
 * of a wrong type is an error here and not a surprise later.
 */
const firstTables = `
CREATE TABLE server (
  secret BLOB NOT NULL
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
  hash TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh')),
  user_id TEXT NOT NULL REFERENCES users (id),
  grant_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  rotated_at INTEGER
) STRICT;
CREATE INDEX tokens_by_grant ON tokens (grant_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

CREATE TABLE device_codes (
  hash TEXT PRIMARY KEY,
  user_code_hash TEXT NOT NULL UNIQUE,
  expires_at INTEGER NOT NULL,
  interval_ms INTEGER NOT NULL,
  last_polled_at INTEGER,
  state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'redeemed')),
  user_id TEXT REFERENCES users (id)
) STRICT;

CREATE TABLE events (
  user_id TEXT NOT NULL REFERENCES users (id),
  client_event_id TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  event_type TEXT,
  tool_name TEXT,
  policy_name TEXT,
  policy_names TEXT,
  decision TEXT,
  reason TEXT,
  duration_ms REAL,
  session_id TEXT,
  cwd_hash TEXT,
  permission_mode TEXT,
  hook_event_name TEXT,
  integration TEXT,
  source TEXT,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, client_event_id)
) STRICT;
CREATE INDEX events_by_time ON events (user_id, timestamp);
`;

const authorizationCodes = `
CREATE TABLE authorization_codes (
  hash TEXT PRIMARY KEY,
  binding_hash TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users (id),
  grant_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  is_used INTEGER NOT NULL
) STRICT;
`;

/**
 * What makes a store of version n out of one of version n - 1, from version 1
 * on. The version is the number in `PRAGMA user_version`; a store with a
 * higher one than these lead to was made by a newer server.
 */
export const migrations: readonly string[] = [firstTables, authorizationCodes];

/**
 * Policy names are kept as a JSON array; the other fields have columns of their
 * own kind. Bound by position, which takes two thirds of the time: this is
 * where the server spends most of it.
 */
export const insertEvent = `
INSERT INTO events (
  user_id, client_event_id, timestamp, event_type, tool_name, policy_name,
  policy_names, decision, reason, duration_ms, session_id, cwd_hash,
  permission_mode, hook_event_name, integration, source, received_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (user_id, client_event_id) DO NOTHING
`;
