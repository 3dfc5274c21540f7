import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { eventually } from "./eventually";
import { killIfRunning } from "./processes";
import type { QueueHome } from "./queueHome";
import { pidsOf } from "./relayWindows";

/** Bundled programs; relays are told apart by the path of theirs. */
export interface Programs {
  relay: string;
  windows: string;
}

/** What one round took, in milliseconds. */
export interface RoundFigures {
  /** From the start of the window processes until every window was online. */
  allOnlineMs: number;
  /** From the kill of the relay until another one ran, and until every window was online again. */
  newRelayMs: number;
  allOnlineAgainMs: number;
  /** From the end of the last window until there was no relay. */
  goneMs: number;
}

export interface RoundOptions {
  programs: Programs;
  home: QueueHome;
  serverUrl: string;
  windows: number;
  /** Spread over so many processes. */
  processes: number;
  /** How the windows end: closed, as a user does, or killed. */
  end: "closed" | "killed";
}

/**
 * Many windows start at once; there must be one relay, a new one when it is
 * killed, and none after the last window. Throws when it is otherwise.
 */
export async function relayRound(options: RoundOptions): Promise<RoundFigures> {
  const { programs, windows, processes } = options;
  const relays = () => pidsOf(programs.relay);
  const groups = Array.from(
    { length: processes },
    () => new WindowGroup(options, windows / processes),
  );
  try {
    const allOnline = () =>
      eventually(
        () => groups.every((group) => group.isOnline),
        `${windows} windows are online, not ${groups.map(({ online }) => online).join(" + ")}`,
        20_000,
      );
    const allOnlineMs = await timed(allOnline);
    const [first, ...more] = relays();
    if (first === undefined || more.length > 0) {
      throw new Error(`There are ${more.length + 1} relays`);
    }
    for (const group of groups) {
      group.online = 0;
    }
    process.kill(first, "SIGKILL");
    const killedAt = performance.now();
    const again = allOnline();
    const second = await eventually(
      () => relays().find((pid) => pid !== first),
      "another relay runs",
    );
    const newRelayMs = performance.now() - killedAt;
    await again;
    const allOnlineAgainMs = performance.now() - killedAt;
    const now = relays();
    if (now.length !== 1 || now[0] !== second) {
      throw new Error(`After the kill the relays are ${now.join(", ")}`);
    }
    for (const group of groups) {
      group.end(options.end);
    }
    const goneMs = await timed(() =>
      eventually(() => relays().length === 0, "no relay is left"),
    );
    return { allOnlineMs, newRelayMs, allOnlineAgainMs, goneMs };
  } finally {
    await Promise.all(groups.map((group) => group.kill()));
    relays().forEach(killIfRunning);
  }
}

class WindowGroup {
  online = 0;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(
    { programs, home, serverUrl }: RoundOptions,
    private readonly count: number,
  ) {
    this.#child = spawn(
      process.execPath,
      [programs.windows, programs.relay, String(count), serverUrl],
      { env: home.env, stdio: ["pipe", "pipe", "inherit"] },
    );
    this.#ended = new Promise((resolve) => this.#child.on("close", resolve));
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on("line", (line) => {
        this.online = Number(line);
      });
    }
    // It was killed: the round knows.
    this.#child.stdin?.on("error", () => {});
  }

  get isOnline(): boolean {
    return this.online === this.count;
  }

  end(how: RoundOptions["end"]): void {
    if (how === "killed") {
      this.#child.kill("SIGKILL");
    } else {
      this.#child.stdin?.end();
    }
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await run();
  return performance.now() - startMs;
}
