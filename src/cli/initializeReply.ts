import * as v from "valibot";
import type { CliFacts } from "../protocol/engine";
import { validate } from "../protocol/validate";

/** Descriptions are for a list: the CLI's run to a page, written for the agent. */
const longestDescription = 200;

const text = v.nullish(v.string(), "");

/** The parts of the reply that fit are kept; a part that does not fit is as if it were not there. */
const replySchema = v.object({
  commands: v.fallback(
    v.array(
      v.object({ name: v.string(), description: text, argumentHint: text }),
    ),
    [],
  ),
  models: v.fallback(
    v.array(
      v.object({ value: v.string(), displayName: text, description: text }),
    ),
    [],
  ),
  account: v.fallback(
    v.nullable(
      v.object({
        email: v.nullish(v.string()),
        tokenSource: v.nullish(v.string()),
        apiKeySource: v.nullish(v.string()),
        apiProvider: v.nullish(v.string()),
      }),
    ),
    null,
  ),
  claude_code_version: v.fallback(v.nullish(v.string()), undefined),
});
type Reply = v.InferOutput<typeof replySchema>;

/** What the CLI says of itself when it is greeted (`initialize`). */
export function factsOf(reply: unknown): CliFacts {
  const known = validate(replySchema, reply);
  return {
    version: known?.claude_code_version ?? null,
    commands: (known?.commands ?? []).map((command) => ({
      name: command.name,
      description: shortened(command.description),
      argumentHint: command.argumentHint,
    })),
    models: (known?.models ?? []).map((model) => ({
      value: model.value,
      name: model.displayName || model.value,
      description: shortened(model.description),
    })),
    account: accountOf(known?.account ?? null),
  };
}

/**
 * The CLI names where its credential comes from. A key in the environment is
 * one; a cloud provider has its own ways, of which nothing is said here.
 */
function accountOf(account: Reply["account"]): CliFacts["account"] {
  if (!account) {
    return { kind: "unknown" };
  }
  const { tokenSource, apiKeySource, apiProvider, email } = account;
  const isOurs = (apiProvider ?? "firstParty") === "firstParty";
  const hasCredential =
    (tokenSource ?? "none") !== "none" || (apiKeySource ?? "none") !== "none";
  return isOurs && !hasCredential
    ? { kind: "signedOut" }
    : { kind: "signedIn", email: email ?? null };
}

/** A copy: a piece of a long text would keep all of it in memory. */
function shortened(description: string): string {
  const [line = ""] = description.split("\n", 1);
  const cut =
    line.length > longestDescription
      ? `${line.slice(0, longestDescription - 1).trimEnd()}…`
      : line;
  return Buffer.from(cut, "utf8").toString("utf8");
}
