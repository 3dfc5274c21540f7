// @ts-check
// A CLI that answers each prompt at once, and says when it read the prompt and when it wrote the answer:
// what is left of the time from prompt to answer is the host's.
import { createInterface } from "node:readline";

/** @param {Record<string, unknown>} line */
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

createInterface({ input: process.stdin }).on("line", (text) => {
  const readMs = performance.now();
  const { type, uuid, request_id } = JSON.parse(text);
  if (type === "control_request") {
    const response = { subtype: "success", request_id, response: {} };
    say({ type: "control_response", response });
    return;
  }
  if (type !== "user") return;
  const lifecycle = (/** @type {string} */ state) =>
    say({ type: "command_lifecycle", command_uuid: uuid, state });
  const event = (/** @type {unknown} */ one) =>
    say({ type: "stream_event", event: one });
  lifecycle("queued");
  lifecycle("started");
  say({ type: "system", subtype: "init" });
  event({ type: "message_start", message: { id: `msg_${uuid}` } });
  const tookMs = performance.now() - readMs;
  const delta = { type: "text_delta", text: String(tookMs) };
  event({ type: "content_block_delta", index: 0, delta });
  say({ type: "result", subtype: "success", is_error: false });
  lifecycle("completed");
});
