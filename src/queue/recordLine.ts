import { crc32 } from "node:zlib";
import { type EventRecord, eventRecordSchema } from "../protocol/eventRecord";
import { validateJson } from "../protocol/validate";
import { hexOfCheck } from "./lineCheck";

const checkStart = ',"check":"';
const checkEnd = '"}';
const checkLength = 8;
const endLength = checkStart.length + checkLength + checkEnd.length;

/**
 * The record that a line of the queue holds, exactly as it goes out: only the
 * contract's fields. Undefined when the line is torn or damaged, also where a
 * changed letter leaves it a record of something that never was.
 */
export function readRecordLine(text: string): EventRecord | undefined {
  return isWhole(text) ? validateJson(eventRecordSchema, text) : undefined;
}

/** A line without a check was not written by us, or by an older build. */
function isWhole(text: string): boolean {
  const end = text.length - endLength;
  if (!text.startsWith(checkStart, end) || !text.endsWith(checkEnd)) {
    return true;
  }
  const start = end + checkStart.length;
  const check = text.slice(start, start + checkLength);
  return check === hexOfCheck(crc32(text.slice(0, end)));
}
