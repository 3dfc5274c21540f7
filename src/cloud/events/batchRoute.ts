import * as v from "valibot";
import { authenticate } from "../auth/bearer";
import type { Tokens } from "../auth/tokens";
import { readJsonBody } from "../http/body";
import type { CloudRequest, Reply, Route } from "../http/exchange";
import { errorReply, jsonReply } from "../http/replies";
import {
  type Ingest,
  type IngestOutcome,
  maxBatchBytes,
  maxBatchEvents,
  retryAfterSeconds,
} from "./ingest";

const batchBody = v.object({ events: v.array(v.unknown()) });

/** `POST /api/v1/events/batch`: the REST way in. */
export function batchRoute(deps: { tokens: Tokens; ingest: Ingest }): Route {
  return {
    method: "POST",
    path: "/api/v1/events/batch",
    maxBodyBytes: maxBatchBytes,
    handle: (request) => receive(request, deps),
  };
}

function receive(
  request: CloudRequest,
  { tokens, ingest }: { tokens: Tokens; ingest: Ingest },
): Reply {
  const sender = authenticate(request, tokens);
  if ("reply" in sender) {
    return sender.reply;
  }
  const body = readJsonBody(request, batchBody);
  return body.ok
    ? replyTo(ingest.ingest(sender.user.id, body.value.events))
    : body.reply;
}

function replyTo(outcome: IngestOutcome): Reply {
  switch (outcome.kind) {
    case "stored": {
      const { accepted, duplicates, rejected } = outcome;
      return jsonReply(200, { accepted, duplicates, rejected });
    }
    case "too-many":
      return errorReply(
        413,
        "too_large",
        `A batch may have ${maxBatchEvents} events.`,
      );
    case "unavailable":
      return errorReply(
        503,
        "unavailable",
        "The events could not be stored now.",
        { "retry-after": String(retryAfterSeconds) },
      );
  }
}
