import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as v from "valibot";
import type { PlannedFault } from "../../../src/cloud/faults";
import { validateJson } from "../../../src/protocol/validate";
import { eventually } from "../../fakes/eventually";

const readySchema = v.object({ url: v.string() });
const codeSchema = v.object({ device_code: v.string(), user_code: v.string() });
const tokenSchema = v.object({ access_token: v.string() });

export interface CloudOptions {
  node: string;
  script: string;
  dataFolder: string;
}

/** The embedded server as a process that can be killed and started again on the same data and port. */
export class Cloud {
  #child: ChildProcess | undefined;
  #url = "";
  #planned: PlannedFault[] = [];

  constructor(private readonly options: CloudOptions) {}

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get isUp(): boolean {
    return this.#child !== undefined;
  }

  async start(): Promise<void> {
    const { node, script, dataFolder } = this.options;
    const port = this.#url === "" ? "0" : String(this.port);
    const day = "86400";
    const child = spawn(
      node,
      [script, "--data", dataFolder, "--port", port, "--faults"].concat(
        ...["--exit-with-stdin", "--access-token-seconds", day],
      ),
      { stdio: ["pipe", "pipe", "ignore"] },
    );
    const line = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("close", () => resolve(""));
    });
    const ready = validateJson(readySchema, line);
    if (!ready) {
      throw new Error(`The server did not start: ${line}`);
    }
    this.#url = ready.url;
    this.#child = child;
    // A server that starts anew has forgotten what was planned.
    this.#planned = [];
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.kill("SIGKILL");
      await ended;
    }
  }

  /** Adds misfortunes to those that have not struck yet. False when the server does not answer. */
  async plan(faults: PlannedFault[]): Promise<boolean> {
    this.#planned = [...this.#planned.slice(-2), ...faults];
    return this.#replacePlan(this.#planned);
  }

  async clearPlan(): Promise<void> {
    this.#planned = [];
    await eventually(() => this.#replacePlan([]), "the plan is cleared");
  }

  /** A whole sign-in through the pages; gives an access token. */
  async signIn(): Promise<string> {
    const code = v.parse(
      codeSchema,
      await this.#post("/api/v1/auth/device-code", {}),
    );
    const page = await fetch(`${this.#url}/device?user_code=${code.user_code}`);
    const fields = new URLSearchParams({ email: "torture@example.org" });
    for (const [input] of (await page.text()).matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1];
      if (name !== undefined && name !== "email") {
        fields.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? "");
      }
    }
    fields.set("answer", "approve");
    await fetch(`${this.#url}/device`, {
      method: "POST",
      headers: { origin: this.#url, "sec-fetch-site": "same-origin" },
      body: fields,
    });
    const body = { device_code: code.device_code };
    const token = await this.#post("/api/v1/auth/device-token", body);
    return v.parse(tokenSchema, token).access_token;
  }

  async #replacePlan(faults: PlannedFault[]): Promise<boolean> {
    try {
      await this.#post("/__faults", { faults });
      return true;
    } catch {
      // It was killed in this moment, or has not started yet.
      return false;
    }
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  }
}
