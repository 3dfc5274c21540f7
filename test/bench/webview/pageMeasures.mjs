// @ts-check

/** Runs in the page: `measureChat()` opens the conversation and streams into it. */
export const pageMeasures = `
const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const percentile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

/** 10,000 items that take 50 MB as a message. */
function bigConversation() {
  const line = "The quick brown fox jumps over the lazy dog. ";
  const items = Array.from({ length: 10000 }, (_, at) => {
    const words = "Item " + at + ".\\n\\n" + line.repeat(111);
    const tool = { kind: "tool", name: "Bash", summary: "npm test", detail: "npm test", status: "done", output: words, startedAt: 0, durationMs: 4 };
    return at % 3 === 0
      ? { ...tool, id: "i" + at }
      : { kind: "text", id: "i" + at, text: words, streaming: false };
  });
  return { id: "c", title: "Big", folder: "/srv/shop", activity: "running", model: null, permissionMode: null, cliVersion: null, sessionId: null, tools: [], slashCommands: [], mcpServers: [], waiting: null, todos: [], backgroundTasks: [], context: null, rateLimit: null, items, queued: [], asks: [] };
}

window.measureChat = async () => {
  const longTasks = [];
  const surroundings = { readiness: { kind: "ready" }, isDemo: false, signedInAs: "ana@example.com" };
  const conversation = bigConversation();
  const begun = performance.now();
  await tellAll([{ type: "snapshot", conversation, surroundings }]);
  while (!document.querySelector('[data-row="i9999"]')) {
    await frame();
  }
  const openMs = performance.now() - begun;
  const rows = document.querySelectorAll("[data-row]").length;
  await rest(1000);
  new PerformanceObserver((list) => {
    longTasks.push(...list.getEntries().map((entry) => entry.duration));
  }).observe({ type: "longtask" });
  const delta = (id, text) => tellAll([{ type: "event", event: { type: "delta", id, kind: "text", text } }]);
  const frames = [];
  const streamBegun = performance.now();
  // As the host coalesces: 500 tokens a second in messages of 25 ms.
  let sent = 0;
  let last = streamBegun;
  while (performance.now() - streamBegun < 20000) {
    const due = Math.floor((performance.now() - streamBegun) / 25);
    for (; sent < due; sent += 1) {
      const text = "a few words and ".repeat(3) + (sent % 8 === 0 ? "\\n\\n" : "");
      seq += 1;
      window.postMessage({ epoch: "e", seq, body: { type: "event", event: { type: "delta", id: "s", kind: "text", text } } }, "*");
    }
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  return {
    open_10k_ms: { value: openMs, unit: "ms", n: 1 },
    dom_rows: { value: rows, unit: "rows", n: 1 },
    frame_p95_ms: { value: percentile(frames.slice(1), 0.95), unit: "ms", n: frames.length - 1 },
    longest_task_ms: { value: Math.max(0, ...longTasks), unit: "ms", n: longTasks.length },
  };
};`;
