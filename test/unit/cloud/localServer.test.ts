import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../../src/base/errors";
import { nullLogger } from "../../../src/base/log";
import {
  addressFile,
  identityFile,
  identityProof,
  readIdentity,
} from "../../../src/cloud/identity";
import { LocalServer } from "../../../src/host/localServer";
import { systemClock } from "../../../src/node/systemClock";
import { bundle } from "../../fakes/bundle";
import { eventually } from "../../fakes/eventually";
import { killIfRunning } from "../../fakes/processes";
import { TestServer } from "./testServer";

describe("the local server and its windows", function () {
  this.timeout(30_000);
  let program: string;
  let parent: string;
  let dataFolder: string;
  let windows: LocalServer[];
  let lines: string[];
  let impostors: Server[];

  before(async () => {
    parent = await mkdtemp(join(tmpdir(), "failproof-local-"));
    program = await bundle("src/cloud/main.ts", parent, "cloud");
  });
  after(() => rm(parent, { recursive: true, force: true }));
  beforeEach(async () => {
    dataFolder = join(await mkdtemp(join(parent, "run-")), "data");
    [windows, lines, impostors] = [[], [], []];
  });
  afterEach(async () => {
    await Promise.all(windows.map((window) => window.stop()));
    for (const window of windows) {
      window.dispose();
    }
    for (const impostor of impostors) {
      impostor.close();
      impostor.closeAllConnections();
    }
  });

  /** What a window has of the server; `lines` gets what each program says in its one line. */
  function openWindow(): LocalServer {
    const log = { ...nullLogger, info: (line: string) => lines.push(line) };
    const window = new LocalServer({
      program: { command: process.execPath, args: [program], env: {} },
      ...{ dataFolder, clock: systemClock, fetch, log },
    });
    windows.push(window);
    return window;
  }
  const started = () => lines.filter((line) => line.includes('"pid"'));

  async function impostor(
    answer: RequestListener,
    port = 0,
  ): Promise<{ url: string }> {
    const server = createServer(answer);
    impostors.push(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address);
    return { url: `http://127.0.0.1:${address.port}` };
  }
  const saying =
    (body: object): RequestListener =>
    (_, response) => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    };
  const remember = (address: { url: string }) =>
    writeFile(addressFile(dataFolder), JSON.stringify(address));
  /** Key and folder are there, nobody listens. */
  const beenThere = async () => {
    const window = openWindow();
    const url = await window.ensure();
    await window.stop();
    return url;
  };

  it("is started once, and found again", async () => {
    const window = openWindow();
    const url = await window.ensure();
    assert.equal(await window.ensure(), url);
    assert.equal(await openWindow().ensure(), url);
    assert.equal(started().length, 1);
  });

  it("is one, however many windows start at the same time", async () => {
    const urls = await Promise.all(
      Array.from({ length: 4 }, () => openWindow().ensure()),
    );
    assert.equal(new Set(urls).size, 1);
    assert.equal(started().length, 1);
  });

  it("moves to another window with its port when its own has ended", async () => {
    const [first, second] = [openWindow(), openWindow()];
    const url = await first.ensure();
    assert.equal(await second.ensure(), url);
    await first.stop();
    assert.equal(await second.ensure(), url);
    assert.equal(started().length, 2);
  });

  it("moves even when its own window was killed", async () => {
    const url = await openWindow().ensure();
    const pid = /"pid":(\d+)/.exec(started()[0] ?? "")?.[1];
    killIfRunning(Number(pid));
    await eventually(
      () => lines.some((line) => line.endsWith("SIGKILL")),
      "the end of the server is told",
    );
    assert.equal(await openWindow().ensure(), url);
  });

  it("is not whoever says its name: a window starts its own beside it", async () => {
    const url = await beenThere();
    await impostor(
      saying({ name: "failproof-local", version: "1" }),
      Number(new URL(url).port),
    );
    const own = await openWindow().ensure();
    assert.notEqual(own, url);
    assert.match(
      await (await fetch(`${own}/health`)).text(),
      /failproof-local/,
    );
    assert.match(await readFile(addressFile(dataFolder), "utf8"), /:\d+"/);
    assert.equal(await openWindow().ensure(), own);
  });

  it("is not who answers with a wrong proof, an old one, or another folder's", async () => {
    await beenThere();
    const key = (await readIdentity(dataFolder)) ?? "";
    const forge: ((port: number, challenge: string) => string)[] = [
      () => "x".repeat(43),
      () => "",
      (port, challenge) => identityProof("y".repeat(43), port, challenge),
      (port) => identityProof(key, port, "z".repeat(43)),
      (port, challenge) => identityProof(key, port + 1, challenge),
      (_, challenge) =>
        createHmac("sha256", key).update(challenge).digest("base64url"),
    ];
    for (const proof of forge) {
      const server = await impostor((request, response) => {
        const { port, searchParams } = new URL(request.url ?? "", url);
        const challenge = searchParams.get("challenge") ?? "";
        const body = {
          name: "failproof-local",
          proof: proof(Number(port), challenge),
        };
        saying(body)(request, response);
      });
      const { url } = server;
      await remember(server);
      const window = openWindow();
      assert.notEqual(await window.ensure(), url, String(proof));
      await window.stop();
    }
  });

  it("is not who passes the question on to the real one", async () => {
    const real = await openWindow().ensure();
    const relay = await impostor((request, response) => {
      void fetch(`${real}${request.url ?? ""}`).then(async (answer) =>
        response.end(await answer.text()),
      );
    });
    const challenge = randomBytes(32).toString("base64url");
    const passedOn = await fetch(`${relay.url}/health?challenge=${challenge}`);
    assert.match(await passedOn.text(), /"proof"/);
    await remember(relay);
    const window = openWindow();
    const refused = window.ensure();
    await eventually(
      () => lines.some((line) => line.includes("data-in-use")),
      "the window has refused the relay and found the folder in use",
    );
    await remember({ url: real });
    assert.equal(await refused, real);
  });

  it("is not an address away from this machine", async () => {
    await beenThere();
    for (const url of ["http://example.org:1", "http://127.0.0.1:1@evil"]) {
      await remember({ url });
      const window = openWindow();
      assert.match(await window.ensure(), /^http:\/\/127\.0\.0\.1:\d+$/);
      await window.stop();
    }
  });

  it("makes another key when its own is broken", async () => {
    await beenThere();
    await writeFile(identityFile(dataFolder), "half");
    const url = await openWindow().ensure();
    assert.equal(await openWindow().ensure(), url);
  });

  it("fails with its sentence when it cannot start, and settles when it is stopped", async () => {
    const window = openWindow();
    await writeFile(dataFolder, "a file where the folder belongs");
    await assert.rejects(
      window.ensure(),
      (error) =>
        error instanceof AppError && error.code === "local-server-failed",
    );
    const stopped = openWindow();
    const ensuring = assert.rejects(stopped.ensure(), AppError);
    await stopped.stop();
    await ensuring;
  });
});

describe("the proof of the local server", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.end());

  const prove = async (query: string) => {
    const response = await server.fetch(`/health?${query}`);
    return { status: response.status, text: await response.text() };
  };

  it("fits the question and the port, whatever Host it came for", async () => {
    const key = (await readIdentity(server.folder)) ?? "";
    const challenge = "c".repeat(43);
    const expected = identityProof(key, server.port, challenge);
    const { text } = await prove(`challenge=${challenge}`);
    assert.ok(text.includes(`"proof":"${expected}"`));
    const other = await fetch(
      `http://localhost:${server.port}/health?challenge=${challenge}`,
    );
    assert.ok((await other.text()).includes(expected));
  });

  it("is given for questions only, and holds nothing of the key", async () => {
    assert.doesNotMatch((await prove("")).text, /"proof"/);
    for (const challenge of [
      "",
      "x".repeat(42),
      "x".repeat(44),
      "?".repeat(43),
    ]) {
      const query = `challenge=${encodeURIComponent(challenge)}`;
      assert.equal((await prove(query)).status, 400);
    }
    const key = (await readIdentity(server.folder)) ?? "";
    const { text } = await prove(`challenge=${key}`);
    assert.ok(!text.includes(key));
  });
});
