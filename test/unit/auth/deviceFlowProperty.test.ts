import assert from "node:assert/strict";
import fc from "fast-check";
import { AuthApi, type SignedIn } from "../../../src/auth/authApi";
import { runDeviceFlow } from "../../../src/auth/deviceFlow";
import { AppError } from "../../../src/base/errors";
import { nullLogger } from "../../../src/base/log";
import { FakeClock } from "../../fakes/fakeClock";

const moods = [
  "straight",
  "straight",
  "slowDown",
  "failing",
  "page",
  "silent",
  "unreachable",
  "half",
] as const;
type Mood = (typeof moods)[number];

interface Course {
  intervalSeconds: number;
  expiresInSeconds: number;
  /** By the server's clock, in ms since the code was given; Infinity: never. */
  approvedAtMs: number;
  /** How many of the server's milliseconds pass in one of the editor's. */
  rate: number;
  /** Says "pending" as 400 {error} or as 200 {status}, or in a word of its own, in turns. */
  pending: ("error" | "status" | "own")[];
  moods: Mood[];
}

/** A server as RFC 8628 describes it, with a clock of its own and moods. */
class ModelServer {
  readonly polls: { atMs: number; leastMs: number }[] = [];
  hasGivenTokens = false;
  readonly #startedAt: number;
  readonly #queue: Mood[];
  /** What the editor was told to leave between two polls, by its own clock. */
  #toldMs: number;
  #lastPollMs: number | undefined;

  constructor(
    private readonly course: Course,
    private readonly clock: FakeClock,
  ) {
    this.#startedAt = clock.now();
    this.#queue = [...course.moods];
    this.#toldMs = course.intervalSeconds * 1_000;
  }

  readonly fetch: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    return pathname.endsWith("device-code")
      ? Promise.resolve(this.#code())
      : this.#poll(init?.signal ?? undefined);
  };

  get #nowMs(): number {
    return (this.clock.now() - this.#startedAt) * this.course.rate;
  }

  #code(): Response {
    return reply(200, {
      device_code: "device-1",
      user_code: "ABCD-EFGH",
      verification_uri: "https://example.org/device",
      expires_in: this.course.expiresInSeconds,
      interval: this.course.intervalSeconds,
    });
  }

  #poll(signal: AbortSignal | undefined): Promise<Response> {
    const atMs = this.clock.now() - this.#startedAt;
    this.polls.push({ atMs, leastMs: this.#toldMs });
    const hasExpired = this.#nowMs >= this.course.expiresInSeconds * 1_000;
    // Once the code's time is over it answers straight: otherwise nobody could say how it ends.
    const mood = hasExpired ? "straight" : (this.#queue.shift() ?? "straight");
    switch (mood) {
      case "straight":
        return Promise.resolve(this.#answer(hasExpired));
      case "slowDown":
        return Promise.resolve(this.#slowDown());
      case "failing":
        return Promise.resolve(reply(503, { error: "access_denied" }));
      case "page":
        return Promise.resolve(new Response("<!doctype html><p>Log in"));
      case "half":
        return Promise.resolve(new Response('{"access_tok'));
      case "unreachable":
        return Promise.reject(new TypeError("fetch failed"));
      case "silent":
        return new Promise((_, reject) =>
          signal?.addEventListener("abort", () => reject(new Error("aborted"))),
        );
    }
  }

  #answer(hasExpired: boolean): Response {
    const { approvedAtMs, expiresInSeconds } = this.course;
    const now = this.#nowMs;
    if (approvedAtMs < expiresInSeconds * 1_000 && approvedAtMs <= now) {
      this.hasGivenTokens = true;
      return reply(200, {
        ...{ access_token: "a", refresh_token: "r", expires_in: 3_600 },
        user: { id: "u1", email: "ada@example.org" },
      });
    }
    if (hasExpired) {
      return this.#say("expired_token");
    }
    const isEarly =
      this.#lastPollMs !== undefined && now - this.#lastPollMs < this.#toldMs;
    this.#lastPollMs = now;
    return isEarly ? this.#slowDown() : this.#say("authorization_pending");
  }

  #slowDown(): Response {
    this.#toldMs += 5_000;
    return this.#say("slow_down");
  }

  #say(word: string): Response {
    const { pending } = this.course;
    const form = pending[this.polls.length % pending.length];
    if (form === "own" && word === "authorization_pending") {
      return reply(200, { status: "waiting_for_coffee" });
    }
    return form === "error"
      ? reply(400, { error: word })
      : reply(200, { status: word });
  }
}

function reply(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

const courses: fc.Arbitrary<Course> = fc.record({
  intervalSeconds: fc.integer({ min: 1, max: 30 }),
  expiresInSeconds: fc.integer({ min: 1, max: 900 }),
  approvedAtMs: fc.option(fc.nat(1_000_000), { nil: Infinity }),
  rate: fc.double({ min: 0.7, max: 1.3, noNaN: true }),
  pending: fc.array(fc.constantFrom("error", "status", "own"), {
    minLength: 1,
    maxLength: 4,
  }),
  moods: fc.array(fc.constantFrom(...moods), { maxLength: 40 }),
});

describe("Signing in by device code, whatever the server does meanwhile", function () {
  this.timeout(20_000);

  it("signs in if and only if the code was approved in time, and never asks faster than allowed", async () => {
    await fc.assert(
      fc.asyncProperty(
        courses,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (course, chance) => {
          const clock = new FakeClock();
          const server = new ModelServer(course, clock);
          const api = new AuthApi(
            { fetch: server.fetch, clock },
            "https://example.org",
          );
          const deps = { api, clock, random: () => chance, log: nullLogger };
          const ends: (SignedIn | AppError)[] = [];
          const { signal } = new AbortController();
          void runDeviceFlow(deps, signal, () => {}).then(
            (signedIn) => ends.push(signedIn),
            (error: unknown) =>
              ends.push(error instanceof AppError ? error : assert.fail()),
          );
          await clock.advance(7_200_000);

          assert.equal(ends.length, 1);
          const [end] = ends;
          const isApproved =
            course.approvedAtMs < course.expiresInSeconds * 1_000;
          assert.equal(!(end instanceof AppError), isApproved);
          assert.equal(server.hasGivenTokens, isApproved);
          if (end instanceof AppError) {
            assert.equal(end.code, "code-expired");
          }
          server.polls.forEach(({ atMs, leastMs }, index) => {
            const gapMs = atMs - (server.polls[index - 1]?.atMs ?? 0);
            assert.ok(gapMs >= leastMs, `${gapMs} ms, not ${leastMs}`);
          });
          assert.equal(clock.pending, 0);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
