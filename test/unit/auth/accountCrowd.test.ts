import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newCredential } from "../../../src/auth/credential";
import { TokenStore } from "../../../src/auth/tokenStore";
import { nullLogger } from "../../../src/base/log";
import { AccountCrowd } from "../../fakes/accountCrowd";
import type { AccountReport } from "../../fakes/accountSteps";
import type { FileSecrets } from "../../fakes/fileSecrets";
import { TestServer } from "../cloud/testServer";

/** The full run, 20 windows and 50 expiries, is that of every `npm test`: it takes seconds. */
const windows = 20;
const expiries = 50;
/** The access tokens of the server live for an hour: due after 55 minutes, dead after 60. */
const dueMs = 56 * 60_000;
const deadMs = 61 * 60_000;
/** More than the first pause after a refresh that failed, jitter included. */
const retryMs = 3_000;

describe("The account in many windows, each a process", function () {
  this.timeout(120_000);
  let folder: string;
  let server: TestServer;
  let crowd: AccountCrowd;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "failproof-crowd-"));
    server = await TestServer.start({ faultsEnabled: true });
    crowd = await AccountCrowd.start({
      ...{ folder, count: windows, prepare },
      serverUrl: server.url,
      now: server.clock.now(),
    });
  });
  afterEach(async () => {
    await crowd.stop();
    crowd.dispose();
    await server.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function prepare(secrets: FileSecrets): Promise<void> {
    const { clock, url: serverUrl } = server;
    const { access, refresh, expiresIn } = await server.signIn();
    const tokens = {
      accessToken: access,
      refreshToken: refresh,
      expiresInMs: expiresIn * 1_000,
    };
    const user = { id: "u1", email: "ada@example.org" };
    const about = { serverUrl, generation: 1, signInId: "id-1" };
    await new TokenStore({ secrets, clock, log: nullLogger }).write(
      newCredential({ kind: "tokens", tokens, user }, clock.now(), about),
    );
  }

  /** The machine sleeps; then some windows' timers find what is due, and in others somebody asks. */
  async function sleep(ms: number): Promise<AccountReport[]> {
    server.clock.jump(ms);
    return crowd.step(ms, (index) => (index % 2 ? "timer" : "ask"));
  }
  const refreshesIn = (reports: AccountReport[]) =>
    reports.reduce((sum, { refreshes }) => sum + refreshes, 0);
  const tokensOf = (reports: AccountReport[]) =>
    new Set(reports.map(({ token }) => token));

  it("asks the server once for each expiry, and all have the same new token", async () => {
    const known = new Set<string | null>([null]);
    for (let expiry = 0; expiry < expiries; expiry++) {
      const reports = await sleep(expiry % 2 ? deadMs : dueMs);
      assert.equal(refreshesIn(reports), 1, `expiry ${expiry}`);
      assert.ok(reports.every(({ isOffline }) => !isOffline));
      const tokens = tokensOf(reports);
      const [token = null] = tokens;
      assert.equal(tokens.size, 1);
      assert.ok(!known.has(token), "a new one");
      known.add(token);
    }
    const [last] = [...known].reverse();
    assert.equal(await server.me(last ?? ""), 200);
  });

  it("signs nobody out though every fifth answer of the server is lost", async () => {
    let lost = 0;
    for (let expiry = 0; expiry < expiries; expiry++) {
      if (expiry % 5 === 4) {
        const path = "/api/v1/auth/refresh";
        await server.post("/__faults", { faults: [{ path, kind: "drop" }] });
        lost += 1;
      }
      let reports = await sleep(expiry % 2 ? deadMs : dueMs);
      let refreshes = refreshesIn(reports);
      // Those that asked in vain ask again; the others have what was got since.
      for (let retry = 0; retry < 3 && !areInStep(reports); retry++) {
        reports = await sleep(retryMs);
        refreshes += refreshesIn(reports);
      }
      assert.ok(areInStep(reports), JSON.stringify(reports));
      assert.ok(reports.every(({ kind }) => kind === "signedIn"));
      assert.ok(expiry % 5 === 4 ? refreshes > 1 : refreshes === 1);
    }
    assert.equal(lost, expiries / 5);
  });

  function areInStep(reports: AccountReport[]): boolean {
    const isOnline = reports.every(({ isOffline }) => !isOffline);
    const tokens = tokensOf(reports);
    return isOnline && tokens.size === 1 && !tokens.has(null);
  }
});
