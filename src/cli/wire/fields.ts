import * as v from "valibot";
import { validate } from "../../protocol/validate";

/** Keeps the entries that fit: a kind of block that is not known does not hide its neighbours. */
export function knownOnly<T>(schema: v.GenericSchema<unknown, T>) {
  return v.pipe(
    v.unknown(),
    v.transform((list): T[] =>
      Array.isArray(list)
        ? list.flatMap((entry: unknown) => {
            const known = validate(schema, entry);
            return known === undefined ? [] : [known];
          })
        : [],
    ),
  );
}

/** A field that the CLI leaves out or gives as null, which is the same to us. */
export const maybeText = v.nullish(v.string());
export const maybeNumber = v.nullish(v.number());
export const maybeFlag = v.nullish(v.boolean());

/** Tokens; of one request where a message has it, of the whole turn where a result has it. */
export const usageSchema = v.object({
  input_tokens: maybeNumber,
  output_tokens: maybeNumber,
  cache_read_input_tokens: maybeNumber,
  cache_creation_input_tokens: maybeNumber,
});
export type Usage = v.InferOutput<typeof usageSchema>;
