import assert from "node:assert/strict";
import type {
  DeviceCode,
  PollOutcome,
  SignedIn,
  User,
} from "../../../src/auth/authApi";
import { runDeviceFlow } from "../../../src/auth/deviceFlow";
import { AppError } from "../../../src/base/errors";
import { nullLogger } from "../../../src/base/log";
import { FakeClock } from "../../fakes/fakeClock";

const code: DeviceCode = {
  deviceCode: "device-1",
  userCode: "ABCD-EFGH",
  verificationUri: "https://example.org/device",
  verificationUriComplete: "https://example.org/device?user_code=ABCD-EFGH",
  expiresInMs: 600_000,
  intervalMs: 5_000,
};
const user = { id: "u1", email: "ada@example.org" };
const done: PollOutcome = {
  kind: "signedIn",
  signedIn: {
    kind: "tokens",
    tokens: { accessToken: "a", refreshToken: "r", expiresInMs: 3_600_000 },
    user,
  },
};

type End =
  { kind: "signedIn"; value: SignedIn } | { kind: "failed"; error: unknown };

/** One run of the flow against a server of the test's. */
class Run {
  readonly clock = new FakeClock();
  readonly abort = new AbortController();
  readonly startedAt = this.clock.now();
  /** When the server was asked, in ms since the code was given. */
  readonly polls: number[] = [];
  readonly shown: DeviceCode[] = [];
  readonly log: string[] = [];
  end: End | undefined;

  constructor({
    answer,
    given = {},
    random = () => 0,
    getCode = () => Promise.resolve({ ...code, ...given }),
  }: {
    answer: (elapsedMs: number) => PollOutcome | Promise<PollOutcome>;
    given?: Partial<DeviceCode>;
    random?: () => number;
    getCode?: (signal: AbortSignal) => Promise<DeviceCode>;
  }) {
    const api = {
      requestDeviceCode: getCode,
      pollDeviceToken: async (deviceCode: string) => {
        assert.equal(deviceCode, code.deviceCode);
        this.polls.push(this.elapsedMs);
        return answer(this.elapsedMs);
      },
    };
    const { clock, abort } = this;
    const log = { ...nullLogger, warn: (text: string) => this.log.push(text) };
    void runDeviceFlow({ api, clock, random, log }, abort.signal, (one) =>
      this.shown.push(one),
    ).then(
      (value) => (this.end = { kind: "signedIn", value }),
      (error: unknown) => (this.end = { kind: "failed", error }),
    );
  }

  get elapsedMs(): number {
    return this.clock.now() - this.startedAt;
  }

  /** The code of the error that it ended with. */
  get failure(): string | undefined {
    const error = this.end?.kind === "failed" ? this.end.error : undefined;
    return error instanceof AppError ? error.code : undefined;
  }

  signedInAs(): User | undefined {
    return this.end?.kind === "signedIn" ? this.end.value.user : undefined;
  }

  get waits(): number[] {
    return this.polls.map((at, index) => at - (this.polls[index - 1] ?? 0));
  }
}

describe("Signing in by device code", () => {
  it("shows the code, and signs in when the server says so", async () => {
    const run = new Run({
      answer: (ms) => (ms >= 15_000 ? done : { kind: "pending" }),
    });
    await run.clock.advance(14_999);
    assert.deepEqual(run.shown, [code]);
    assert.equal(run.signedInAs(), undefined);
    await run.clock.advance(1);
    assert.deepEqual(run.signedInAs(), user);
    assert.deepEqual(run.polls, [5_000, 10_000, 15_000]);
    assert.equal(run.clock.pending, 0);
  });

  const ends = [
    ["denied", "code-denied"],
    ["expired", "code-expired"],
  ] as const;
  for (const [kind, failure] of ends) {
    it(`ends with ${failure} when the server says ${kind}, and asks no more`, async () => {
      const run = new Run({ answer: () => ({ kind }) });
      await run.clock.advance(3_600_000);
      assert.equal(run.failure, failure);
      assert.deepEqual(run.polls, [5_000]);
    });
  }

  it("ends with code-expired by itself when the code's time is over", async () => {
    const given = { expiresInMs: 12_000 };
    const run = new Run({ answer: () => ({ kind: "pending" }), given });
    await run.clock.advance(3_600_000);
    assert.equal(run.failure, "code-expired");
    // Half as long again, in case that its clock is the faster one; and once more after that.
    assert.deepEqual(run.polls, [5_000, 10_000, 15_000, 20_000]);
  });

  it("ends with server-refused when the server says anything else that is final", async () => {
    const run = new Run({
      answer: () => ({ kind: "refused", detail: "invalid_client" }),
    });
    await run.clock.advance(3_600_000);
    assert.equal(run.failure, "server-refused");
    assert.deepEqual(run.polls, [5_000]);
  });

  it("signs in by an approval in the code's last second", async () => {
    const given = { expiresInMs: 12_000 };
    const run = new Run({
      answer: (ms) => (ms > 11_500 ? done : { kind: "pending" }),
      given,
    });
    await run.clock.advance(3_600_000);
    assert.equal(run.end?.kind, "signedIn");
  });

  it("waits 5 s longer from then on, each time the server says slow_down", async () => {
    const kinds = ["pending", "slowDown", "pending", "slowDown"] as const;
    let count = 0;
    const run = new Run({
      answer: () => ({ kind: kinds[count++] ?? "pending" }),
    });
    await run.clock.advance(75_000);
    run.abort.abort();
    const waits = [5_000, 5_000, 10_000, 10_000, 15_000, 15_000, 15_000];
    assert.deepEqual(run.waits, waits);
  });

  it("asks a failing server less and less often, and at its pace when it is back", async () => {
    let isDown = true;
    const retryable = { kind: "retryable", detail: "no route" } as const;
    const run = new Run({
      answer: () => (isDown ? retryable : { kind: "pending" }),
      random: () => 0.999_999,
    });
    await run.clock.advance(110_000);
    isDown = false;
    await run.clock.advance(50_000);
    run.abort.abort();
    const [first, ...waits] = run.waits.map((ms) => Math.round(ms / 1_000));
    assert.equal(first, 5);
    assert.deepEqual(waits.slice(0, 6), [7, 9, 13, 21, 35, 35]);
    assert.equal(waits.at(-1), 5);
    assert.ok(run.log.every((line) => line.includes("no route")));
  });

  it("does not hammer a server that names no interval", async () => {
    const given = { intervalMs: 0 };
    const run = new Run({ answer: () => ({ kind: "pending" }), given });
    await run.clock.advance(3_000);
    run.abort.abort();
    assert.deepEqual(run.waits, [1_000, 1_000, 1_000]);
  });

  it("says why when there is no code to be had", async () => {
    const error = new AppError("not-json", "a page");
    const run = new Run({
      answer: () => done,
      getCode: () => Promise.reject(error),
    });
    await run.clock.advance(60_000);
    assert.equal(run.failure, "not-json");
    assert.deepEqual([run.shown, run.polls], [[], []]);
  });

  describe("that the user cancels", () => {
    it("ends at once while it waits, and leaves no timer", async () => {
      const run = new Run({ answer: () => done });
      await run.clock.advance(1_000);
      run.abort.abort();
      await run.clock.advance(0);
      assert.equal(run.failure, "cancelled");
      assert.deepEqual(run.polls, []);
      assert.equal(run.clock.pending, 0);
    });

    it("is cancelled and not unreachable while it gets the code", async () => {
      const run = new Run({
        answer: () => done,
        getCode: (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () =>
              reject(new AppError("server-unreachable", "aborted")),
            );
          }),
      });
      await run.clock.advance(0);
      run.abort.abort();
      await run.clock.advance(0);
      assert.equal(run.failure, "cancelled");
    });

    it("shows no code that comes after that", async () => {
      let give = (_: DeviceCode) => {};
      const run = new Run({
        answer: () => done,
        getCode: () => new Promise((resolve) => (give = resolve)),
      });
      run.abort.abort();
      give(code);
      await run.clock.advance(60_000);
      assert.deepEqual([run.failure, run.shown], ["cancelled", []]);
    });

    it("is cancelled though the server's answer was under way", async () => {
      let give = (_: PollOutcome) => {};
      const run = new Run({
        answer: () => new Promise((resolve) => (give = resolve)),
      });
      await run.clock.advance(5_000);
      run.abort.abort();
      give(done);
      await run.clock.advance(0);
      assert.equal(run.failure, "cancelled");
    });
  });
});
