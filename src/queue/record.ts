import type { EventRecord } from "../protocol/eventRecord";
import { cutUtf8 } from "./cutText";
import { hmacSha256 } from "./hmac";
import { redact } from "./redact";

/** What was seen of one event, before anything of it is stored; what is not known is left out. */
export interface CapturedFacts {
  /** The agent's name of the event, such as PreToolUse. */
  hookEventName?: string | undefined;
  toolName?: string | undefined;
  policyName?: string | undefined;
  policyNames?: readonly string[] | undefined;
  decision?: "allow" | "deny" | "ask" | undefined;
  /** Free text. Scrubbed of secrets and cut before it is stored. */
  reason?: string | undefined;
  durationMs?: number | undefined;
  sessionId?: string | undefined;
  /** The folder, absolute. Only its keyed hash is stored. */
  cwd?: string | undefined;
  permissionMode?: string | undefined;
  /** What captured it: the installed hook, or the chat. */
  source: "hook" | "chat";
}

export interface RecordDeps {
  /** Milliseconds since 1970, UTC. */
  now: number;
  /** A fresh UUID. */
  newId: () => string;
  /** Undefined when it could not be read: the folder's hash is left out then. */
  installKey: string | undefined;
}

/** The contract's limit for `reason`, bytes of UTF-8. */
export const maxReasonBytes = 2048;

/** Of names and identifiers, bytes; far above what the agent sends. */
const maxNameBytes = 256;

/** Names of policies that are kept. */
const maxPolicyNames = 32;

/**
 * What is looked at of a long text, UTF-16 units: beyond it nothing could get
 * into the kept part, unless more than this is one secret.
 */
const maxScrubbedLength = 64 * 1024;

/**
 * The record of an event as it goes to disk and to the server. Field by
 * field from an allow-list: what is not named here cannot get out.
 */
export function makeRecord(
  facts: CapturedFacts,
  { now, newId, installKey }: RecordDeps,
): EventRecord {
  return {
    client_event_id: newId(),
    timestamp: Math.round(now),
    event_type: nameOrNull(
      facts.hookEventName && snakeCase(facts.hookEventName),
    ),
    tool_name: nameOrNull(facts.toolName),
    policy_name: nameOrNull(facts.policyName),
    policy_names:
      facts.policyNames
        ?.slice(0, maxPolicyNames)
        .map((name) => scrubText(name, maxNameBytes)) ?? null,
    decision: facts.decision ?? null,
    reason:
      facts.reason === undefined
        ? null
        : scrubText(facts.reason, maxReasonBytes),
    duration_ms: durationOrNull(facts.durationMs),
    session_id: nameOrNull(facts.sessionId),
    cwd_hash: hashOrNull(facts.cwd, installKey),
    permission_mode: nameOrNull(facts.permissionMode),
    hook_event_name: nameOrNull(facts.hookEventName),
    integration: "claude-code",
    source: facts.source,
  };
}

/** The text without secrets, at most `maxBytes` of UTF-8. Doing it twice changes nothing. */
export function scrubText(text: string, maxBytes: number): string {
  const scrubbed = redact(withoutTornWord(text));
  const cut = cutUtf8(scrubbed, maxBytes);
  if (cut === scrubbed) {
    return cut;
  }
  // The cut may have made a shape out of what was none, such as 40 characters out of 60.
  return cutUtf8(redact(cut), maxBytes);
}

/** A text that is too long loses its last word too: half a secret may look like none. */
function withoutTornWord(text: string): string {
  if (text.length <= maxScrubbedLength) {
    return text;
  }
  return text.slice(0, maxScrubbedLength).replace(/(?<=\s)\S*$/, "");
}

/** A short word or a UUID: too little for a secret of any shape, and most names are one. */
const plainName =
  /^(?:[A-Za-z_-]{1,15}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function nameOrNull(text: string | undefined): string | null {
  if (text === undefined || text === "") {
    return null;
  }
  return plainName.test(text) ? text : scrubText(text, maxNameBytes);
}

function durationOrNull(durationMs: number | undefined): number | null {
  return durationMs !== undefined && Number.isFinite(durationMs)
    ? Math.max(0, durationMs)
    : null;
}

function hashOrNull(
  folder: string | undefined,
  installKey: string | undefined,
): string | null {
  return folder === undefined || installKey === undefined
    ? null
    : hmacSha256(Buffer.from(installKey, "hex"), folder);
}

/** PreToolUse → pre_tool_use; an unknown event's name likewise. */
function snakeCase(name: string): string {
  return cutUtf8(name, maxNameBytes)
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}
