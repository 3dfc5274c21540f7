import assert from "node:assert/strict";
import { fieldsOf, pageName, sameOrigin, TestServer } from "./testServer";

describe("the page that confirms a code", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.end());

  const visit = async (userCode: string) => {
    const query = `user_code=${encodeURIComponent(userCode)}`;
    const response = await server.fetch(`/device?${query}`);
    const text = await response.text();
    return { status: response.status, name: pageName(text), text };
  };

  it("shows the code, who asks, and the name of the user of this machine", async () => {
    const { user_code: code } = await server.deviceCode();
    const page = await visit(code);
    assert.equal(page.name, "confirm");
    assert.ok(page.text.includes(`>${code}</output`));
    assert.match(page.text, /VS Code on this machine/);
    assert.equal(fieldsOf(page.text)["email"], "ada-lovelace@localhost");
    assert.match(page.text, /name="answer"\s+value="approve"/);
    assert.match(page.text, /name="answer"\s+value="deny"/);
  });

  it("asks for the code when the address has none, and takes it in any spelling", async () => {
    const response = await server.fetch("/device");
    assert.equal(pageName(await response.text()), "enter");
    const { user_code: code } = await server.deviceCode();
    const typed = ` ${code.toLowerCase().replace("-", " ")}`;
    assert.equal((await visit(typed)).name, "confirm");
  });

  it("needs no script, loads nothing, and cannot be framed or kept", async () => {
    const response = await server.fetch("/device");
    const policy = response.headers.get("content-security-policy") ?? "";
    assert.match(
      policy,
      /^default-src 'none'; style-src 'nonce-[\w-]{43}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    const text = await response.text();
    assert.doesNotMatch(text, /<script|<link|<img|style="|\son\w+=/);
  });

  it("says what happened after approving and after denying", async () => {
    const first = await server.deviceCode();
    const approved = await server.submit({
      ...(await server.form(first.user_code)),
      answer: "approve",
    });
    assert.equal(pageName(approved.text), "approved");
    assert.match(approved.text, /You are signed in\./);
    assert.match(approved.text, /You can close this window\./);

    const second = await server.deviceCode();
    const denied = await server.submit({
      ...(await server.form(second.user_code)),
      answer: "deny",
    });
    assert.equal(pageName(denied.text), "denied");
  });

  it("tells an expired, an answered and an unknown code apart", async () => {
    const answered = await server.deviceCode();
    await server.approve(answered.user_code);
    const expired = await server.deviceCode();
    await server.clock.advance(600_000);
    assert.equal((await visit(answered.user_code)).name, "answered");
    assert.equal((await visit(expired.user_code)).name, "expired");
    assert.equal((await visit("BBBB-BBBB")).name, "unknown");
    assert.equal((await visit("no code at all")).name, "unknown");
  });

  it("does not approve a code that expired while the page was open", async () => {
    const code = await server.deviceCode();
    const fields = await server.form(code.user_code);
    await server.clock.advance(600_000);
    const answer = await server.submit({ ...fields, answer: "approve" });
    assert.equal(pageName(answer.text), "expired");
    assert.equal((await server.poll(code.device_code)).status, 400);
  });

  it("takes each form once", async () => {
    const { user_code: code } = await server.deviceCode();
    const fields = await server.form(code);
    await server.submit({ ...fields, answer: "approve" });
    const again = await server.submit({ ...fields, answer: "deny" });
    assert.deepEqual([again.status, pageName(again.text)], [403, "stale"]);
  });

  it("refuses a form that was made for another code", async () => {
    const mine = await server.deviceCode();
    const other = await server.deviceCode();
    const fields = await server.form(mine.user_code);
    const answer = await server.submit({
      ...fields,
      user_code: other.user_code,
      answer: "approve",
    });
    assert.equal(answer.status, 403);
    const poll = await server.poll(other.device_code);
    assert.deepEqual(poll.body, { error: "authorization_pending" });
  });

  it("takes forms from its own pages only", async () => {
    const code = await server.deviceCode();
    const fields = {
      ...(await server.form(code.user_code)),
      answer: "approve",
    };
    const refused = [
      {},
      { origin: "null" },
      { origin: "https://example.org" },
      { origin: "http://127.0.0.1:1" },
      { origin: `http://localhost:${server.port}` },
      { "sec-fetch-site": "cross-site" },
      { origin: "null", "sec-fetch-site": "same-site" },
    ];
    for (const headers of refused) {
      const answer = await server.submit(fields, { ...headers });
      assert.equal(answer.status, 403, JSON.stringify(headers));
    }
    const accepted = await server.submit(fields, { origin: server.url });
    assert.equal(pageName(accepted.text), "approved");
  });

  it("takes the null origin that browsers send from a page without referrers", async () => {
    const code = await server.deviceCode();
    const fields = {
      ...(await server.form(code.user_code)),
      answer: "approve",
    };
    const headers = { origin: "null", ...sameOrigin };
    const answer = await server.submit(fields, headers);
    assert.equal(pageName(answer.text), "approved");
  });

  it("asks again for an address that is none, and goes on with the new form", async () => {
    const code = await server.deviceCode();
    const fields = await server.form(code.user_code);
    const email = '"><script>alert(1)</script>';
    const again = await server.submit({ ...fields, email, answer: "approve" });
    assert.deepEqual([again.status, pageName(again.text)], [400, "confirm"]);
    assert.doesNotMatch(again.text, /<script/);
    const answer = await server.submit({
      ...fieldsOf(again.text),
      email: "root@localhost",
      answer: "approve",
    });
    assert.equal(pageName(answer.text), "approved");
  });

  it("lets nobody guess: after five wrong codes in a minute even a right one waits", async () => {
    const { user_code: code } = await server.deviceCode();
    for (let guess = 0; guess < 5; guess += 1) {
      assert.equal((await visit("BBBB-BBBB")).status, 404);
    }
    const limited = await visit(code);
    assert.deepEqual([limited.status, limited.name], [429, "too-many"]);
    await server.clock.advance(60_000);
    assert.equal((await visit(code)).name, "confirm");
  });

  it("shows a landing page without any data", async () => {
    const response = await server.fetch("/");
    assert.equal(response.status, 200);
    assert.equal(pageName(await response.text()), "landing");
  });
});
