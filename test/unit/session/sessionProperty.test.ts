import assert from "node:assert/strict";
import fc from "fast-check";
import { nullLogger } from "../../../src/base/log";
import { toDisposable } from "../../../src/base/lifecycle";
import { defaultOptions } from "../../../src/cli/arguments";
import { PermissionBroker } from "../../../src/permission/broker";
import { Session } from "../../../src/session/session";
import { endOf, FakeIdleSetting } from "../../fakes/conversationHarness";
import { FakeClock } from "../../fakes/fakeClock";
import { SimulatedCli, type SimulatedWorld } from "../../fakes/simulatedCli";

type Act =
  | { do: "send" }
  | { do: "edit" | "remove" | "steer"; at: number }
  | { do: "move"; at: number; to: number }
  | {
      do:
        "pause" | "goOn" | "stopTurn" | "crash" | "deafen" | "end" | "restart";
    }
  | { do: "step"; choice: number }
  | { do: "wait"; ms: number };

const at = fc.nat(6);
const only = <T extends string>(...names: T[]) =>
  fc.constantFrom(...names.map((name) => ({ do: name })));

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: only("send") },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("step" as const),
      choice: fc.nat(3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("edit", "remove", "steer", "steer"),
      at,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("move" as const), at, to: at }),
  },
  {
    weight: 3,
    arbitrary: only("pause", "goOn", "stopTurn", "stopTurn", "restart"),
  },
  { weight: 2, arbitrary: only("crash", "end", "deafen") },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(0, 500, 1_000, 3_000, 30 * 60_000),
    }),
  },
);

/** One conversation in a world where everything may happen between any two steps. */
class Play {
  readonly clock = new FakeClock();
  readonly world: SimulatedWorld = {
    started: [],
    completed: [],
    sessions: new Set(),
    processes: [],
  };
  readonly #broker = new PermissionBroker({ clock: this.clock });
  readonly #idle = new FakeIdleSetting();
  readonly session: Session;
  readonly ends = new Map<string, string[]>();
  readonly sent: string[] = [];
  #ids = 0;

  constructor() {
    const { clock, world } = this;
    this.#idle.set(30);
    this.session = new Session(
      {
        ...{ clock, log: nullLogger, broker: this.#broker, idle: this.#idle },
        newId: () => `id-${++this.#ids}`,
        onHook: () => {},
        startCli: (start) => Promise.resolve(new SimulatedCli(world, start)),
        takeSpare: () => Promise.resolve(undefined),
        locks: {
          hold: () => Promise.resolve(toDisposable(() => {})),
          takeOver: () => Promise.resolve(toDisposable(() => {})),
          onDidWant: () => toDisposable(() => {}),
        },
      },
      { id: "c1", options: defaultOptions("/work") },
    );
    this.session.onDidEvent((event) => {
      const end = endOf(event);
      if (end) {
        this.ends.set(end.id, [...(this.ends.get(end.id) ?? []), end.outcome]);
      }
    });
  }

  async perform(one: Act): Promise<void> {
    const { session } = this;
    const { queued } = session.conversation;
    const pick = (index: number) => queued[index % queued.length]?.id ?? "";
    switch (one.do) {
      case "send":
        this.send();
        break;
      case "edit":
        session.editQueued(pick(one.at), "changed");
        break;
      case "remove":
        session.removeQueued(pick(one.at));
        break;
      case "steer":
        session.steer(pick(one.at));
        break;
      case "move":
        session.moveQueued(pick(one.at), one.to);
        break;
      case "pause":
        session.pauseQueue();
        break;
      case "goOn":
        session.resumeQueue();
        break;
      case "stopTurn":
        session.interrupt();
        break;
      case "crash":
        this.#process?.die("SIGKILL");
        break;
      case "deafen":
        if (this.#process) {
          this.#process.isDeaf = true;
        }
        break;
      case "end":
        void session.stop();
        break;
      case "restart":
        session.restart();
        break;
      case "step":
        this.#process?.step(one.choice);
        break;
      case "wait":
        await this.clock.advance(one.ms);
        break;
    }
    await this.clock.advance(0);
    this.check();
  }

  send(): void {
    const id = `p${this.sent.length}`;
    if (this.session.send(id, id).kind === "queued") {
      this.sent.push(id);
    }
  }

  /** Whatever was done to it: the user asks it to go on until nothing is left. */
  async finish(): Promise<void> {
    const { session } = this;
    for (let round = 0; round < 1_000 && !this.#isSettled; round++) {
      const { activity } = session.conversation;
      session.resumeQueue();
      if (this.#process?.isAlive && activity !== "ended") {
        this.#process.step(3);
      }
      if (this.#process?.isAlive && this.#process.isDeaf) {
        session.interrupt();
        await this.clock.advance(4_000);
      }
      await this.clock.advance(0);
    }
    this.check();
  }

  get #isSettled(): boolean {
    const { queued, activity } = this.session.conversation;
    return queued.length === 0 && (activity === "idle" || activity === "ended");
  }

  /** The last process; one at most is alive. */
  get #process(): SimulatedCli | undefined {
    return this.world.processes.at(-1);
  }

  check(): void {
    const alive = this.world.processes.filter(({ isAlive }) => isAlive);
    assert.ok(alive.length <= 1, "There are two processes.");
    const { started } = this.world;
    assert.equal(new Set(started).size, started.length, "One was sent twice.");
    const { items, queued } = this.session.conversation;
    const shown = items.filter(({ kind }) => kind === "prompt");
    for (const id of this.sent) {
      const places =
        queued.filter((one) => one.id === id).length +
        shown.filter((one) => one.id === id).length +
        (this.ends.get(id)?.includes("removed") ? 1 : 0);
      assert.equal(places, 1, `${id} is in ${places} places.`);
    }
    for (const [id, ends] of this.ends) {
      assert.equal(ends.length, 1, `${id} has ended: ${ends.join(", ")}`);
    }
  }

  checkEnds(): void {
    for (const id of this.sent) {
      const [outcome] = this.ends.get(id) ?? [];
      const wasStarted = this.world.started.includes(id);
      const wasCompleted = this.world.completed.includes(id);
      switch (outcome) {
        case "removed":
          assert.ok(!wasStarted, `${id} was taken back, and sent.`);
          break;
        case "done":
          assert.ok(wasCompleted, `${id} is not done.`);
          break;
        case "failed":
          assert.ok(wasStarted && !wasCompleted, `${id} has not failed.`);
          break;
        case "interrupted":
          assert.ok(!wasCompleted, `${id} is done.`);
          break;
        case undefined:
          assert.fail(`${id} was lost.`);
      }
    }
  }

  async end(): Promise<void> {
    await this.session.stop();
    assert.equal(this.clock.pending, 0, "A timer is left.");
    this.session.dispose();
    this.#broker.dispose();
    for (const cli of this.world.processes) {
      cli.dispose();
    }
  }
}

describe("A conversation to which anything may happen at any time", function () {
  this.timeout(120_000);

  it("ends each prompt once, loses none and sends none twice", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { minLength: 5, maxLength: 80, size: "max" }),
        async (acts) => {
          const play = new Play();
          try {
            for (const one of acts) {
              await play.perform(one);
            }
            await play.finish();
            play.checkEnds();
          } finally {
            await play.end();
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
