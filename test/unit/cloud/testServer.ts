import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { type Logger, nullLogger } from "../../../src/base/log";
import type { CodeGives } from "../../../src/cloud/auth/authorizationCodes";
import type { Lifetimes } from "../../../src/cloud/auth/lifetimes";
import {
  type CloudServer,
  startCloudServer,
} from "../../../src/cloud/cloudServer";
import type { EventRecord } from "../../../src/protocol/eventRecord";
import { FakeClock } from "../../fakes/fakeClock";

const deviceCodeSchema = v.object({
  device_code: v.string(),
  user_code: v.string(),
  verification_uri: v.string(),
  verification_uri_complete: v.string(),
  expires_in: v.number(),
  interval: v.number(),
});

const tokensSchema = v.object({
  access_token: v.string(),
  refresh_token: v.string(),
  expires_in: v.number(),
});

export const countsSchema = v.object({
  accepted: v.number(),
  duplicates: v.number(),
  rejected: v.array(
    v.object({ client_event_id: v.nullable(v.string()), reason: v.string() }),
  ),
});

export interface JsonAnswer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

/** What a browser says of itself when a page of the server sends a form. */
export const sameOrigin = { "sec-fetch-site": "same-origin" };

export interface TestServerOptions {
  lifetimes?: Partial<Lifetimes>;
  codeGives?: CodeGives;
  faultsEnabled?: boolean;
  logger?: Logger;
}

/** What programs and browsers ask of a server; wherever it runs. */
export abstract class TestClient {
  abstract readonly url: string;

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.url}${path}`, { redirect: "manual", ...init });
  }

  async post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<JsonAnswer> {
    const response = await this.fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return {
      status: response.status,
      body: v.parse(v.record(v.string(), v.unknown()), await response.json()),
      headers: response.headers,
    };
  }

  async deviceCode() {
    const answer = await this.post("/api/v1/auth/device-code", {});
    return v.parse(deviceCodeSchema, answer.body);
  }

  poll(deviceCode: string): Promise<JsonAnswer> {
    const body = { device_code: deviceCode };
    return this.post("/api/v1/auth/device-token", body);
  }

  refresh(refreshToken: string): Promise<JsonAnswer> {
    const body = { refresh_token: refreshToken };
    return this.post("/api/v1/auth/refresh", body);
  }

  async me(accessToken: string): Promise<number> {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await this.fetch("/api/v1/auth/me", { headers })).status;
  }

  /** What a page holds in its form: the fields to send back. */
  async form(userCode: string): Promise<Record<string, string>> {
    const response = await this.fetch(`/device?user_code=${userCode}`);
    return fieldsOf(await response.text());
  }

  async submit(
    fields: Record<string, string>,
    headers: Record<string, string> = sameOrigin,
    path = "/device",
  ) {
    const response = await this.fetch(path, {
      method: "POST",
      headers,
      body: new URLSearchParams(fields),
    });
    const location = response.headers.get("location");
    return { status: response.status, text: await response.text(), location };
  }

  async approve(userCode: string, email?: string): Promise<void> {
    const fields = await this.form(userCode);
    const answer = await this.submit({
      ...fields,
      ...(email === undefined ? {} : { email }),
      answer: "approve",
    });
    assert.equal(answer.status, 200);
  }

  /** A whole sign-in. */
  async signIn(email?: string) {
    const code = await this.deviceCode();
    await this.approve(code.user_code, email);
    return tokensIn(await this.poll(code.device_code));
  }

  async send(accessToken: string, events: readonly unknown[]) {
    return this.post(
      "/api/v1/events/batch",
      { events },
      { authorization: `Bearer ${accessToken}` },
    );
  }
}

/** A real server on a real port, with a real file in a temporary folder and a clock of the test's own. */
export class TestServer extends TestClient {
  readonly clock = new FakeClock();
  #server: CloudServer | undefined;

  private constructor(
    readonly folder: string,
    private readonly options: TestServerOptions,
  ) {
    super();
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const parent = await mkdtemp(join(tmpdir(), "failproof-cloud-"));
    const server = new TestServer(join(parent, "data"), options);
    await server.launch();
    return server;
  }

  async launch(): Promise<void> {
    const outcome = await startCloudServer({
      dataFolder: this.folder,
      port: 0,
      version: "1.2.3",
      userName: "Ada Lovelace",
      clock: this.clock,
      logger: nullLogger,
      ...this.options,
    });
    assert.ok(outcome.kind === "started");
    this.#server = outcome.server;
  }

  override get url(): string {
    assert.ok(this.#server);
    return this.#server.url;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Stops the server and keeps its data. */
  async halt(): Promise<void> {
    const stopped = this.#server?.stop();
    await this.clock.advance(1000);
    await stopped;
  }

  async end(): Promise<void> {
    await this.halt();
    await rm(join(this.folder, ".."), { recursive: true, force: true });
  }
}

export function tokensIn(answer: JsonAnswer) {
  const tokens = v.parse(tokensSchema, answer.body);
  return {
    access: tokens.access_token,
    refresh: tokens.refresh_token,
    expiresIn: tokens.expires_in,
  };
}

export function fieldsOf(page: string): Record<string, string> {
  const inputs = page.match(/<input[^>]*>/g) ?? [];
  return Object.fromEntries(
    inputs.map((input) => [
      /name="([^"]*)"/.exec(input)?.[1] ?? "",
      /value="([^"]*)"/.exec(input)?.[1] ?? "",
    ]),
  );
}

export function pageName(page: string): string | undefined {
  return /data-page="([\w-]+)"/.exec(page)?.[1];
}

export function sampleEvent(changes: Partial<EventRecord> = {}): EventRecord {
  return {
    client_event_id: randomUUID(),
    timestamp: Date.UTC(2026, 0, 1),
    event_type: "tool",
    tool_name: "Bash",
    policy_name: "no-sudo",
    policy_names: ["no-sudo", "no-force-push"],
    decision: "deny",
    reason: "sudo is not allowed here",
    duration_ms: 12.5,
    session_id: "s1",
    cwd_hash: "ab".repeat(32),
    permission_mode: "default",
    hook_event_name: "PreToolUse",
    integration: "claude-code",
    source: "hook",
    ...changes,
  };
}
