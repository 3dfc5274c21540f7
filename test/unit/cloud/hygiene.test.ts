import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { readIdentity } from "../../../src/cloud/identity";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { BrowserVisit } from "./browserVisit";
import { sampleEvent, TestClient, tokensIn } from "./testServer";

/** A server in a process of its own, and all that it says. */
class ServerProcess extends TestClient {
  override url = "";
  said = "";

  constructor(readonly child: ChildProcess) {
    super();
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.said += chunk.toString();
        this.url = /"url":"([^"]+)"/.exec(this.said)?.[1] ?? this.url;
      });
    }
  }
}

describe("what the embedded server writes", function () {
  this.timeout(20_000);
  let folder: string;
  let data: string;
  let program: string;
  let server: ServerProcess;
  let secrets: Map<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "failproof-hygiene-"));
    program = await bundle("src/cloud/main.ts", folder, "cloud");
  });
  beforeEach(async () => {
    data = await mkdtemp(join(folder, "data-"));
    secrets = new Map();
  });
  afterEach(() => server.child.kill("SIGKILL"));
  after(() => rm(folder, { recursive: true, force: true }));

  async function launch(...more: string[]) {
    const args = [program, "--data", data, "--faults", ...more];
    server = new ServerProcess(spawn(process.execPath, args));
    await eventually(() => server.url !== "", "the server says where it is");
  }

  function keep(what: string, secret: unknown): string {
    assert.ok(typeof secret === "string" && secret.length >= 9, what);
    secrets.set(`${what} ${secrets.size}`, secret);
    return secret;
  }

  const keepTokens = (answer: Parameters<typeof tokensIn>[0]) => {
    const tokens = tokensIn(answer);
    keep("access token", tokens.access);
    keep("refresh token", tokens.refresh);
    return tokens;
  };

  async function deviceFlow() {
    const code = await server.deviceCode();
    keep("device code", code.device_code);
    keep("user code", code.user_code);
    await server.poll(code.device_code);
    const fields = await server.form(code.user_code);
    keep("form token", fields["form_token"]);
    await server.submit({
      ...fields,
      email: "ada@localhost",
      answer: "approve",
    });
    return keepTokens(await server.poll(code.device_code));
  }

  async function visitOf(uri?: string) {
    const visit = new BrowserVisit(server, uri);
    keep("state", visit.state);
    keep("verifier", visit.verifier);
    keep("challenge", visit.challenge);
    const code = keep("code", await visit.code("ada@localhost"));
    return { visit, code };
  }

  /** The first frame, and then a batch that is acknowledged, or the close code. */
  async function stream(bearer: string): Promise<string> {
    const address = `${server.url.replace("http", "ws")}/ws/events/ingest`;
    const socket = new WebSocket(address);
    await once(socket, "open");
    const end = Promise.race([
      once(socket, "message").then(([data]) => String(data)),
      once(socket, "close").then(([code]) => String(code)),
    ]);
    socket.send(bearer);
    socket.send(JSON.stringify({ batch_id: "b", events: [sampleEvent()] }));
    const answer = await end;
    socket.terminate();
    return answer;
  }

  /** Database, journal and lock files, and every line that was said. */
  async function assertClean() {
    const key = keep("identity key", await readIdentity(data));
    const written = new Map([["the log", Buffer.from(server.said)]]);
    for (const name of await readdir(data)) {
      written.set(name, await readFile(join(data, name)));
    }
    assert.equal(written.get("identity.key")?.toString(), key);
    written.delete("identity.key");
    assert.ok(
      [...written.values()].some((bytes) => bytes.includes("ada@localhost")),
      "the search finds what is there in the clear",
    );
    for (const [place, bytes] of written) {
      for (const [what, secret] of secrets) {
        assert.ok(!bytes.includes(secret), `${what} is in ${place}`);
      }
    }
    assert.doesNotMatch(server.said, /[\w-]{40}|Warning/);
  }

  it("holds no token, code or verifier of any flow", async () => {
    await launch();
    const device = await deviceFlow();
    keepTokens(await server.refresh(device.refresh));
    await server.post("/__faults", {
      faults: [{ path: "/api/v1/auth/refresh", kind: "drop" }],
    });
    await assert.rejects(server.refresh(device.refresh));
    keepTokens(await server.refresh(device.refresh));

    const { visit, code } = await visitOf();
    const tokens = keepTokens(await visit.exchange(code));
    assert.match(await stream(tokens.access), /"accepted":1/);
    await server.send(tokens.access, [sampleEvent()]);
    await visit.exchange(code);
    assert.equal(await stream(tokens.access), "4401");
    const denied = new BrowserVisit(server, "vscode://failproof.failproof/x");
    keep("state", (await denied.answer("deny")).searchParams.get("state"));

    const challenge = keep("challenge", "q".repeat(43));
    const health = await server.fetch(`/health?challenge=${challenge}`);
    keep("proof", /"proof":"([^"]+)"/.exec(await health.text())?.[1]);
    await server.post("/api/v1/auth/logout", { refresh_token: device.refresh });
    await server.refresh(keep("unknown token", "u".repeat(43)));
    await assertClean();
    server.child.kill("SIGTERM");
    await once(server.child, "close");
    await assertClean();
  });

  it("holds no API key", async () => {
    await launch("--issue", "api-key");
    const { visit, code } = await visitOf("http://localhost:1/callback");
    const { body } = await visit.exchange(code);
    const key = keep("API key", body["api_key"]);
    assert.equal(await server.me(key), 200);
    assert.match(await stream(key), /"accepted":1/);
    await assertClean();
    await server.post("/api/v1/auth/logout", { api_key: key });
    assert.equal(await stream(key), "4401");
    await assertClean();
  });
});
