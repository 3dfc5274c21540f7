import assert from "node:assert/strict";
import fc from "fast-check";
import { TestServer, tokensIn } from "./testServer";

const minuteMs = 60_000;
const lifetimeMs = 90 * 24 * 60 * minuteMs;

/** `age` 0 is the current refresh token, 1 the previous one, and so on; beyond the first one it is an unknown one. */
type Step =
  | { do: "refresh"; age: number; times: number }
  | { do: "logout"; age: number }
  | { do: "wait"; ms: number }
  | { do: "restart" };

const age = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(0, 1) },
  { weight: 1, arbitrary: fc.integer({ min: 2, max: 9 }) },
);
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
  { weight: 3, arbitrary: fc.constantFrom(minuteMs, minuteMs + 1) },
  { weight: 1, arbitrary: fc.constantFrom(lifetimeMs, lifetimeMs + 1) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("refresh" as const),
      age,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("wait" as const), ms: pause }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("logout" as const), age }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
);

/** The contract in a few lines: what one sign-in's refresh tokens may still do. */
class Model {
  /** The first one first; the last one is the current one. */
  readonly chain: { token: string; madeAt: number }[] = [];
  hasEnded = false;

  at(age: number) {
    const index = this.chain.length - 1 - age;
    return { index, known: this.chain[index] };
  }

  /** Whether a refresh with it succeeds; the current one gives a new one, the previous one the current one. */
  isGood(age: number, now: number): boolean {
    const { index, known } = this.at(age);
    if (this.hasEnded || !known || age > 1) {
      return false;
    }
    const replacedAt = this.chain[index + 1]?.madeAt;
    return replacedAt === undefined
      ? now <= known.madeAt + lifetimeMs
      : now <= replacedAt + minuteMs;
  }
}

describe("refresh tokens, used in any order at any time", function () {
  this.timeout(60_000);
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start({ lifetimes: { accessTokenSeconds: 60 } });
  });
  afterEach(() => server.end());

  async function refresh(
    model: Model,
    { age, times }: { age: number; times: number },
  ) {
    const presented = model.at(age).known?.token ?? "x".repeat(43);
    const isGood = model.isGood(age, server.clock.now());
    const sent = Array.from({ length: times }, () => server.refresh(presented));
    const answers = await Promise.all(sent);
    if (!isGood) {
      for (const { status, body } of answers) {
        assert.deepEqual([status, body["error"]], [400, "invalid_grant"]);
      }
      return;
    }
    const given = answers.map((answer) => tokensIn(answer));
    const [successor, ...others] = new Set(given.map((one) => one.refresh));
    assert.ok(successor !== undefined && others.length === 0);
    if (age === 1) {
      assert.equal(successor, model.at(0).known?.token);
    } else {
      assert.ok(model.chain.every(({ token }) => token !== successor));
      model.chain.push({ token: successor, madeAt: server.clock.now() });
    }
    for (const { access } of given) {
      assert.equal(await server.me(access), 200);
    }
  }

  /** One that is no longer good may still be remembered, or not: either is right, so it is left out. */
  async function logout(model: Model, age: number) {
    const { known } = model.at(age);
    if (known && model.isGood(age, server.clock.now())) {
      const body = { refresh_token: known.token };
      await server.post("/api/v1/auth/logout", body);
      model.hasEnded = true;
    }
  }

  async function run(steps: readonly Step[]) {
    const model = new Model();
    const { refresh: first } = await server.signIn();
    model.chain.push({ token: first, madeAt: server.clock.now() });
    for (const step of steps) {
      switch (step.do) {
        case "refresh":
          await refresh(model, step);
          break;
        case "logout":
          await logout(model, step.age);
          break;
        case "wait":
          await server.clock.advance(step.ms);
          break;
        case "restart":
          await server.halt();
          await server.launch();
      }
    }
  }

  it("do what the contract says", () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30, size: "max" }), run),
      {
        numRuns: 80,
      },
    ));

  it("give one successor to any number of windows that refresh at once", async () => {
    const { refresh: first } = await server.signIn();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.refresh(first)),
    );
    const given = answers.map((answer) => tokensIn(answer));
    assert.equal(new Set(given.map((one) => one.refresh)).size, 1);
    assert.equal(new Set(given.map((one) => one.access)).size, 20);
  });
});
