// @ts-check
// A Messages API on loopback whose answers are written in advance: the real CLI talks to it in tests, and a
// newcomer in the demo. Which words get which answer is decided in ../model/script.mjs.
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "../model/blocks.mjs";
import { createGates } from "../model/gates.mjs";
import { readRequest } from "../model/request.mjs";
import { chooseAnswer } from "../model/script.mjs";
import { errorBody, streamMessage, wholeMessage } from "../model/sse.mjs";

/** @typedef {import('../model/request.mjs').ModelRequest} ModelRequest */

/**
 * @typedef {object} SeenRequest
 * @property {string} method
 * @property {string} path Without the query.
 * @property {ModelRequest | undefined} body
 * @property {string} prompt The last thing the user said in it.
 * @property {number} receivedMs When it had come in whole; as `performance.now()` tells it.
 * @property {number} answeredMs When the answer was complete; 0 before.
 * @property {boolean} closed Whether the caller went away before the answer was complete.
 */

/**
 * @typedef {object} ScriptedModel
 * @property {string} url For ANTHROPIC_BASE_URL.
 * @property {number} port
 * @property {() => SeenRequest[]} requests The last 500, oldest first.
 * @property {(name: string) => void} openGate The same as POST /gate/NAME.
 * @property {(name: string) => Promise<void>} gateReached Resolves when an answer waits at that gate.
 * @property {() => Promise<void>} stop
 */

/**
 * @param {{port?: number}} [options]
 * @returns {Promise<ScriptedModel>}
 */
export async function startScriptedModel({ port = 0 } = {}) {
  /** @type {SeenRequest[]} */
  const seen = [];
  /** @type {Set<string>} */
  const failedOnce = new Set();
  const gates = createGates();
  const server = createServer((request, response) => {
    answer(request, response, { seen, failedOnce, gates }).catch((error) => {
      const leftByCaller =
        error instanceof Error && error.name === "AbortError";
      if (!leftByCaller) process.stderr.write(`scripted model: ${error}\n`);
      response.destroy();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const bound = address && typeof address === "object" ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    requests: () => [...seen],
    openGate: gates.open,
    gateReached: gates.reached,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * @typedef {object} Context
 * @property {SeenRequest[]} seen
 * @property {Set<string>} failedOnce
 * @property {import('../model/gates.mjs').Gates} gates
 */

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {Context} context
 */
async function answer(request, response, context) {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const { method = "GET" } = request;
  const body = await readBody(request);
  const receivedMs = performance.now();
  const seen = {
    ...{ method, path, body, prompt: "", closed: false },
    ...{ receivedMs, answeredMs: 0 },
  };
  context.seen.push(seen);
  if (context.seen.length > 500) context.seen.shift();
  response.on("finish", () => (seen.answeredMs = performance.now()));
  response.on("close", () => (seen.closed = !response.writableFinished));
  if (method !== "POST") return json(response, 200, {});
  const opened = /^\/gate\/(.+)$/.exec(path)?.[1];
  if (opened) {
    context.gates.open(decodeURIComponent(opened));
    return json(response, 200, {});
  }
  if (!body) return fail(response, 400);
  if (path.endsWith("/count_tokens"))
    return json(response, 200, {
      input_tokens: tokensOf(JSON.stringify(body)),
    });
  if (path !== "/v1/messages") return fail(response, 404);
  const situation = readRequest(body);
  seen.prompt = situation.prompt;
  // Without the system prompt's share, or the CLI would report that a demonstration had cost a dollar.
  const chosen = chooseAnswer(situation);
  const told = chosen.kind === "message" ? chosen : undefined;
  const inputTokens = told?.inputTokens ?? tokensOf(situation.prompt);
  const headers = told?.rateLimit ? rateLimitHeaders() : {};
  if (chosen.kind === "hang") return;
  if (chosen.kind === "error" && !alreadyFailed(chosen.once, body, context))
    return fail(response, chosen.status);
  const blocks = chosen.kind === "message" ? chosen.blocks : [secondTry];
  if (!body.stream)
    return json(response, 200, wholeMessage(blocks, inputTokens));
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  /** @param {string} name */
  const gate = (name) => context.gates.wait(name, gone.signal);
  await streamMessage(response, blocks, {
    inputTokens,
    gone: gone.signal,
    gate,
    headers,
  });
}

/** @returns {Record<string, string>} A subscription whose five hours are nearly used up. */
function rateLimitHeaders() {
  const reset = Math.floor(Date.now() / 1000) + 3600;
  const prefix = "anthropic-ratelimit-unified";
  return {
    [`${prefix}-status`]: "allowed_warning",
    [`${prefix}-reset`]: String(reset),
    [`${prefix}-representative-claim`]: "five_hour",
    [`${prefix}-5h-utilization`]: "0.91",
    [`${prefix}-5h-reset`]: String(reset),
    [`${prefix}-5h-surpassed-threshold`]: "0.9",
  };
}

const secondTry = text("The second try worked.");

/** @param {string} text */
const tokensOf = (text) => Math.ceil(text.length / 4);

/**
 * A retry repeats the request word for word, so it can be told from the next prompt.
 * @param {boolean} once
 * @param {ModelRequest} body
 * @param {Context} context
 */
function alreadyFailed(once, body, { failedOnce }) {
  const key = JSON.stringify([body.metadata, body.messages]);
  if (failedOnce.has(key)) return true;
  if (once) failedOnce.add(key);
  return false;
}

const errorTypes = new Map([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [529, "overloaded_error"],
]);

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 */
function fail(response, status) {
  if (status === 429) response.setHeader("retry-after", "1");
  json(response, status, errorBody(errorTypes.get(status) ?? "api_error"));
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {number} status
 * @param {unknown} value
 */
function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<ModelRequest | undefined>}
 */
async function readBody(request) {
  request.setEncoding("utf8");
  let received = "";
  for await (const chunk of request) received += chunk;
  if (received === "") return undefined;
  try {
    const value = JSON.parse(received);
    return Array.isArray(value?.messages) ? value : undefined;
  } catch {
    return undefined; // Answered as what it is: not a request of the Messages API.
  }
}
