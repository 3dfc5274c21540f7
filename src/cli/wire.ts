import type * as v from "valibot";
import { copyText } from "../base/copyText";
import { isRecord, parseJson } from "../base/json";
import { validate } from "../protocol/validate";
import {
  cancelSchema,
  controlRequestSchema,
  controlResponseSchema,
} from "./wire/controlLines";
import {
  assistantSchema,
  streamEventSchema,
  userSchema,
} from "./wire/messageLines";
import { type SystemLine, systemSchemas } from "./wire/systemLines";
import {
  lifecycleSchema,
  rateLimitSchema,
  resetSchema,
  resultSchema,
  toolProgressSchema,
} from "./wire/turnLines";

/*
 * The CLI's stream-json lines that we know, validated. Only the fields that are
 * used are named; the CLI may add others at any time. Every other line is kept
 * as unknown: it is logged, and never fatal.
 */

const schemas = {
  stream_event: streamEventSchema,
  assistant: assistantSchema,
  user: userSchema,
  result: resultSchema,
  control_request: controlRequestSchema,
  control_response: controlResponseSchema,
  control_cancel_request: cancelSchema,
  command_lifecycle: lifecycleSchema,
  tool_progress: toolProgressSchema,
  rate_limit_event: rateLimitSchema,
  conversation_reset: resetSchema,
};

export type KnownLine =
  SystemLine | v.InferOutput<(typeof schemas)[keyof typeof schemas]>;

/** A line that we do not know, or not in this form. */
export interface UnknownLine {
  type: "unknown";
  /** The line's type where it has one, with its subtype. */
  what: string;
  /** The beginning of it, for the raw log. */
  text: string;
}

export type WireLine = KnownLine | UnknownLine;

/** So much of an unknown line is kept. */
const longestUnknown = 2_000;

export function parseWireLine(text: string): WireLine {
  const value = parseJson(text);
  return validateWireLine(value) ?? unknownLine(value, text);
}

/** The line in a value that was read already, if it is one that we know. */
export function validateWireLine(value: unknown): KnownLine | undefined {
  const schema = schemaOf(value);
  return schema && validate(schema, value);
}

function schemaOf(
  value: unknown,
): v.GenericSchema<unknown, KnownLine> | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  const { type, subtype } = value;
  return type === "system"
    ? entryOf(systemSchemas, subtype)
    : entryOf(schemas, type);
}

function entryOf<T>(table: Record<string, T>, key: unknown): T | undefined {
  return typeof key === "string" && Object.hasOwn(table, key)
    ? table[key]
    : undefined;
}

function unknownLine(value: unknown, text: string): UnknownLine {
  const words = isRecord(value) ? [value["type"], value["subtype"]] : [];
  const names = words.filter((word) => typeof word === "string");
  return {
    type: "unknown",
    what: typeof words[0] === "string" ? names.join("/") : "no JSON",
    text: copyText(text.slice(0, longestUnknown)),
  };
}
