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
  "terminal_slash_commands",
];
/** Of these lists of names only the well-known ones are kept. */
const namesKept = ["Bash", "Read", "clear", "compact"];
const shortened = ["slash_commands", "tools"];
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
  "compact_output_chars",
  "duration_api_ms",
  "fast_mode",
  "harnessNoteCount",
  "harnessSectionHash",
  "harnessTailCount",
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
  "ttft_stream_ms",
  "ultrathink_available",
  "ultrathink_typed_raises",
  "user_message_uuid",
  "user_message_uuids",
  "user_output_styles_dir",
  "view_mode",
];
/** Of an answer's accounting these are read. */
const usageFields = [
  "input_tokens",
  "output_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "total_tokens",
  "tool_uses",
  "duration_ms",
];
/** The kinds of stored lines that are kept; of the others only what they are. */
const storedKinds = [
  "user",
  "assistant",
  "system",
  "summary",
  "queue-operation",
  "last-prompt",
  "mode",
  "custom-title",
  "tools-used",
];
/** A longer text is the vendor's, or says no more than its beginning does. */
const longestText = 400;

/** Sentences of the CLI's own; what they say is told by the fields beside them. */
const vendorWords = [
  /^The user doesn't want to proceed[\s\S]*$/,
  /^User rejected tool use$/,
  /\(file state is current in your context[\s\S]*\)$/,
  /^This session is being continued[\s\S]*$/,
  /^Async agent launched[\s\S]*$/,
  /<tools-used-before-summary>[\s\S]*$/,
  /^\[Subagent hand-back\][\s\S]*$/,
  /<task-notification>[\s\S]*$/,
  /<local-command-caveat>[\s\S]*$/,
  /^User has (approved|answered)[\s\S]*$/,
  /Your questions have been answered[\s\S]*$/,
  /This is a server-side issue[\s\S]*$/,
  /needs approval\. The path[\s\S]*$/,
];

/** @typedef {{cwd: string, home: string}} Places The working folder is not in the home. */

/**
 * @typedef {object} Trimmer
 * @property {(lines: RecordedLine[]) => RecordedLine[]} recording
 * @property {(line: any) => any} stored A line of the CLI's own file.
 */

/**
 * One for all that belongs together: the same thing has the same name everywhere.
 * @param {Places} places
 * @returns {Trimmer}
 */
export function createTrimmer(places) {
  const name = counter();
  /** @param {string} text */
  const rename = (text) => name(withoutPlaces(text, places));
  return {
    recording: (lines) =>
      lines.map(({ t, dir, data }) => {
        // Of a recording `t` says when it was.
        const undated = { ...data, timestamp: undefined };
        return { t, dir, data: trim(undated, rename) };
      }),
    stored: (line) =>
      storedKinds.includes(line.type)
        ? trim(line, rename)
        : { type: line.type },
  };
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
      if (shortened.includes(key))
        return [
          [key, namesKept.filter((kept) => Array.from(inner).includes(kept))],
        ];
      if (key === "usage") return [[key, usageOf(inner)]];
      if (key === "modelUsage") return [[key, windowsOf(inner)]];
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

/**
 * Of each model only how much it can take in.
 * @param {Record<string, {contextWindow: number}>} models
 */
function windowsOf(models) {
  return Object.fromEntries(
    Object.entries(models).map(([model, { contextWindow }]) => [
      model,
      { contextWindow },
    ]),
  );
}

/** @param {string} text */
function withoutVendorWords(text) {
  const rest = vendorWords.reduce(
    (left, words) => left.replace(words, "(the CLI's own words)"),
    text,
  );
  return rest.length > longestText
    ? `${rest.slice(0, 40)}… (${rest.length} characters)`
    : rest;
}

/**
 * @param {string} text
 * @param {Places} places
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
