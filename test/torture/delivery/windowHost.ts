import { type ChildProcess, spawn } from "node:child_process";
import { eventually } from "../../fakes/eventually";
import { processesOf, signal } from "./processes";

export interface WindowHostDeps {
  node: string;
  hostScript: string;
  relayScript: string;
  env: NodeJS.ProcessEnv;
  credential: { serverUrl: string; accessToken: string };
}

/** The process that stands for a window, and the relays behind it. */
export class WindowHost {
  #child: ChildProcess | undefined;

  constructor(private readonly deps: WindowHostDeps) {}

  start(): void {
    const { node, hostScript, relayScript, env, credential } = this.deps;
    const child = spawn(node, [hostScript, relayScript], {
      env,
      stdio: ["pipe", "ignore", "inherit"],
    });
    this.#child = child;
    child.stdin.on("error", () => {
      // It was killed.
    });
    this.#send({ do: "credential", ...credential });
  }

  sync(): void {
    this.#send({ do: "sync" });
  }

  /** The relay notices that its window is gone, and ends in its own time. */
  kill(): boolean {
    return this.#child?.kill("SIGKILL") ?? false;
  }

  get relays(): number[] {
    return processesOf(this.deps.relayScript);
  }

  killRelay(): boolean {
    const pids = this.relays;
    pids.forEach((pid) => signal(pid, "SIGKILL"));
    return pids.length > 0;
  }

  async end(): Promise<void> {
    this.kill();
    this.killRelay();
    await eventually(() => this.relays.length === 0, "the relays end");
  }

  #send(command: object): void {
    this.#child?.stdin?.write(`${JSON.stringify(command)}\n`);
  }
}
