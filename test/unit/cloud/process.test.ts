import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import * as v from "valibot";

const readySchema = v.object({ url: v.string(), pid: v.number() });
const errorSchema = v.object({ error: v.string(), message: v.string() });

describe("the embedded server as a process", function () {
  this.timeout(20_000);
  let folder: string;
  const children: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "failproof-process-"));
    await build({
      entryPoints: ["src/cloud/main.ts"],
      outfile: join(folder, "cloud.js"),
      ...{ bundle: true, platform: "node", format: "cjs", logLevel: "error" },
    });
  });
  afterEach(() => {
    for (const child of children.splice(0)) {
      child.kill("SIGKILL");
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Starts it; `line` is the first line on stdout, `exit` the code and everything on stdout. */
  const launch = (...args: string[]) => {
    const child = spawn(process.execPath, [join(folder, "cloud.js"), ...args]);
    children.push(child);
    let stdout = "";
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const line = new Promise<unknown>((resolve) => {
      child.stdout.on("data", (chunk: Buffer) => {
        stdout += chunk.toString();
        const end = stdout.indexOf("\n");
        if (end >= 0) {
          resolve(JSON.parse(stdout.slice(0, end)));
        }
      });
    });
    const exit = once(child, "close").then(([code]: unknown[]) => ({
      ...{ code, stdout, stderr },
    }));
    return { child, line, exit };
  };
  const dataFolder = () => join(folder, `data-${children.length}`);

  it("says where it is in its first line, and nothing after it", async () => {
    const { child, line, exit } = launch("--data", dataFolder());
    const { url, pid } = v.parse(readySchema, await line);
    assert.equal(pid, child.pid);
    const response = await fetch(`${url}/health`);
    assert.match(
      await response.text(),
      /"name":"failproof-local","version":"\d/,
    );
    const startedAt = performance.now();
    child.kill("SIGTERM");
    const { code, stdout } = await exit;
    assert.ok(performance.now() - startedAt < 1000);
    assert.equal(stdout.trim().split("\n").length, 1);
    if (process.platform !== "win32") {
      assert.equal(code, 0);
    }
  });

  it("ends with its stdin when asked to, even with a connection open", async () => {
    const args = ["--data", dataFolder(), "--exit-with-stdin"];
    const { child, line, exit } = launch(...args);
    const { url } = v.parse(readySchema, await line);
    const socket = new WebSocket(
      `${url.replace("http", "ws")}/ws/events/ingest`,
    );
    await once(socket, "open");
    const startedAt = performance.now();
    child.stdin.end();
    assert.equal((await exit).code, 0);
    assert.ok(performance.now() - startedAt < 1000);
    socket.close();
  });

  it("says so when the port is taken", async () => {
    const first = launch("--data", dataFolder());
    const { url } = v.parse(readySchema, await first.line);
    const { port } = new URL(url);
    const second = launch("--data", dataFolder(), "--port", port);
    const { code, stdout } = await second.exit;
    assert.equal(code, 1);
    assert.equal(v.parse(errorSchema, JSON.parse(stdout)).error, "port-in-use");
  });

  it("says so when it is started wrongly", async () => {
    const { code, stdout } = await launch("--nonsense").exit;
    assert.equal(code, 1);
    assert.equal(v.parse(errorSchema, JSON.parse(stdout)).error, "usage");
  });

  it("keeps acknowledged events through kill -9", async () => {
    // The dedup of the second run proves what the first one had stored.
    const data = dataFolder();
    const first = launch("--data", data);
    const { url } = v.parse(readySchema, await first.line);
    const before = await send(url, await signIn(url));
    assert.match(before, /"accepted":1,"duplicates":0/);
    first.child.kill("SIGKILL");
    await first.exit;

    const second = launch("--data", data);
    const restarted = v.parse(readySchema, await second.line).url;
    const after = await send(restarted, await signIn(restarted));
    assert.match(after, /"accepted":0,"duplicates":1/);
    second.child.kill("SIGTERM");
    const { stderr } = await second.exit;
    assert.doesNotMatch(stderr, /[\w-]{43}/, "no token in the log");
  });
});

const json = { "content-type": "application/json" };

async function signIn(url: string): Promise<string> {
  const post = async (path: string, body: object) =>
    (
      await fetch(`${url}/api/v1/auth/${path}`, {
        ...{ method: "POST", headers: json, body: JSON.stringify(body) },
      })
    ).json();
  const code = v.parse(
    v.object({
      device_code: v.string(),
      verification_uri_complete: v.string(),
    }),
    await post("device-code", {}),
  );
  const page = await (await fetch(code.verification_uri_complete)).text();
  const valueOf = (name: string) =>
    new RegExp(`name="${name}"\\s[^>]*?value="([^"]*)"`).exec(page)?.[1] ?? "";
  await fetch(`${url}/device`, {
    method: "POST",
    headers: { origin: url },
    body: new URLSearchParams({
      form_token: valueOf("form_token"),
      user_code: valueOf("user_code"),
      email: "root@localhost",
      answer: "approve",
    }),
  });
  const { device_code } = code;
  const tokens = await post("device-token", { device_code });
  return v.parse(v.object({ access_token: v.string() }), tokens).access_token;
}

async function send(url: string, token: string): Promise<string> {
  const event = {
    client_event_id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff",
    timestamp: 1,
    ...{ event_type: null, tool_name: null, policy_name: null },
    ...{ policy_names: null, decision: null, reason: null, duration_ms: null },
    ...{ session_id: null, cwd_hash: null, permission_mode: null },
    ...{ hook_event_name: null, integration: null, source: null },
  };
  const response = await fetch(`${url}/api/v1/events/batch`, {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ events: [event] }),
  });
  return response.text();
}
