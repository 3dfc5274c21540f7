import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { fieldsOf, type JsonAnswer, type TestClient } from "./testServer";

/** One sign-in with the browser, from the client's side and from its user's. */
export class BrowserVisit {
  readonly state = randomBytes(32).toString("base64url");
  readonly verifier = randomBytes(32).toString("base64url");
  readonly challenge = createHash("sha256")
    .update(this.verifier)
    .digest("base64url");

  constructor(
    private readonly server: TestClient,
    readonly redirectUri = "http://127.0.0.1:40123/callback",
  ) {}

  /** The page's address; what is undefined in `changes` is left out. */
  path(changes: Record<string, string | undefined> = {}): string {
    const parameters: Record<string, string | undefined> = {
      ...{ redirect_uri: this.redirectUri, state: this.state },
      ...{ agent_id: "3f2a91c0-7a1e-4a5e-9a3d-0e2f6a1d9b77" },
      ...{ code_challenge: this.challenge, code_challenge_method: "S256" },
      ...changes,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) {
        query.set(name, value);
      }
    }
    return `/connect?${query.toString()}`;
  }

  async form(): Promise<Record<string, string>> {
    const response = await this.server.fetch(this.path());
    assert.equal(response.status, 200);
    return fieldsOf(await response.text());
  }

  /** The address that the browser is sent to. */
  async answer(answer: "allow" | "deny", email?: string): Promise<URL> {
    const fields = {
      ...(await this.form()),
      ...(email === undefined ? {} : { email }),
      answer,
    };
    const reply = await this.server.submit(fields, undefined, "/connect");
    assert.equal(reply.status, 303);
    return new URL(reply.location ?? "");
  }

  /** A code, as an allowed visit gives it. */
  async code(email?: string): Promise<string> {
    const target = await this.answer("allow", email);
    return target.searchParams.get("code") ?? "";
  }

  exchange(code: string, changes: object = {}): Promise<JsonAnswer> {
    return this.server.post("/api/v1/auth/code-token", {
      ...{ code, state: this.state, redirect_uri: this.redirectUri },
      code_verifier: this.verifier,
      ...changes,
    });
  }
}
