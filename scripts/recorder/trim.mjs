// @ts-check
// Makes a recording fit to be committed: without the vendor's words, without this machine's paths, and with
// counted ids in the place of random ones, so that two recordings of one scenario can be compared.
/** @typedef {import('./recordedCli.mjs').RecordedLine} RecordedLine */

/** What a line has and nobody here reads: lists and figures of the vendor's. */
const emptied = [
  "agents",
  "available_output_styles",
  "betas",
  "commands",
  "models",
  "permission_suggestions",
  "plugins",
  "skills",
  "slash_commands",
  "terminal_slash_commands",
  "tools",
];
const removed = [
  "account",
  "analytics_disabled",
  "apiKeySource",
  "capabilities",
  "context_management",
  "diagnostics",
  "fast_mode_disabled_reason",
  "fast_mode_state",
  "feedback_mode",
  "first_content_frame_ms",
  "first_request_cache_read_input_tokens",
  "first_request_input_tokens",
  "hook_on_failure_supported",
  "hooks_applied",
  "hooks_when_unanswered_kept",
  "ide_rc_auto_enable_gate",
  "memory_paths",
  "messaging_socket_path",
  "modelUsage",
  "model_usage_since_last_result",
  "other_hook_ask_outranks_host",
  "output_style",
  "owed_rows",
  "pending_permission_requests",
  "pending_user_dialog_requests",
  "per_turn_effort_active",
  "pid",
  "product_feedback_disabled",
  "remote_control_auto_connect_default",
  "remote_control_auto_enable",
  "remote_control_auto_on_by_default",
  "remote_control_available",
  "request_sent_wall_ms",
  "safety_stops",
  "served_by_anthropic",
  "signature",
  "subagent_stats",
  "thinking_display",
  "time_to_request_ms",
  "timestamp",
  "ttft_stream_ms",
  "ultrathink_available",
  "ultrathink_typed_raises",
  "user_message_uuid",
  "user_message_uuids",
  "user_output_styles_dir",
  "view_mode",
];
/** Of an answer's accounting these are read. */
const usageFields = ["input_tokens", "output_tokens"];

/** Sentences of the CLI's own; what they say is told by the fields beside them. */
const vendorWords = [
  /^The user doesn't want to proceed[\s\S]*$/,
  /^User rejected tool use$/,
  /\(file state is current in your context[\s\S]*\)$/,
];

/**
 * @param {RecordedLine[]} lines
 * @param {{cwd: string, home: string}} places
 * @returns {RecordedLine[]}
 */
export function trimRecording(lines, places) {
  const name = counter();
  return lines.map(({ t, dir, data }) => ({
    t,
    dir,
    data: trim(data, (text) => name(withoutPlaces(text, places))),
  }));
}

/**
 * @param {any} value
 * @param {(text: string) => string} rename
 * @returns {any}
 */
function trim(value, rename) {
  if (typeof value === "string") return rename(withoutVendorWords(value));
  if (Array.isArray(value)) return value.map((entry) => trim(entry, rename));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (removed.includes(key)) return [];
      if (emptied.includes(key)) return [[key, []]];
      if (key === "usage") return [[key, usageOf(inner)]];
      return [[key, trim(inner, rename)]];
    }),
  );
}

/** @param {Record<string, unknown>} usage */
function usageOf(usage) {
  return Object.fromEntries(
    usageFields.flatMap((field) =>
      field in usage ? [[field, usage[field]]] : [],
    ),
  );
}

/** @param {string} text */
function withoutVendorWords(text) {
  return vendorWords.reduce(
    (rest, words) => rest.replace(words, "(the CLI's own words)"),
    text,
  );
}

/**
 * @param {string} text
 * @param {{cwd: string, home: string}} places The working folder is not in the home.
 */
function withoutPlaces(text, { cwd, home }) {
  /** @param {string} place */
  const asFolderName = (place) => place.replaceAll(/[^a-zA-Z0-9]/g, "-");
  return text
    .replaceAll(cwd, "/workspace")
    .replaceAll(asFolderName(cwd), "-workspace")
    .replaceAll(home, "/home/user");
}

/** @returns {(text: string) => string} Replaces every random id by its number in the order of appearance. */
function counter() {
  /** @type {Map<string, string>} */
  const names = new Map();
  const random =
    /(?<uuid>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|(?<kind>msg|toolu|req)_[0-9a-zA-Z-]{20,}/g;
  return (text) =>
    text.replace(random, (id, uuid, kind) => {
      const number = [...names.keys()].length + 1;
      const known = names.get(id);
      const name =
        known ??
        (uuid
          ? `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
          : `${kind}_${number}`);
      names.set(id, name);
      return name;
    });
}
