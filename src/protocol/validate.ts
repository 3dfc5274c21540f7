import * as v from "valibot";
import { parseJson } from "../base/json";

/** What `schema` makes of a value from outside, or undefined when it does not fit. */
export function validate<T>(
  schema: v.GenericSchema<unknown, T>,
  value: unknown,
): T | undefined {
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}

/** The same for a line of JSON. */
export function validateJson<T>(
  schema: v.GenericSchema<unknown, T>,
  text: string,
): T | undefined {
  return validate(schema, parseJson(text));
}
