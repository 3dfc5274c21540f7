import assert from "node:assert/strict";
import { BrowserVisit } from "./browserVisit";
import { fieldsOf, pageName, sameOrigin, TestServer } from "./testServer";

describe("the page that the browser's sign-in opens", () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start();
  });
  afterEach(() => server.end());

  const look = async (path: string) => {
    const response = await server.fetch(path);
    const text = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    return { status: response.status, name: pageName(text), text, policy };
  };
  const post = (fields: Record<string, string>, headers = sameOrigin) =>
    server.submit(fields, headers, "/connect");

  it("says who asks, for what, where it leads, and as whom", async () => {
    const page = await look(new BrowserVisit(server).path());
    assert.deepEqual([page.status, page.name], [200, "connect"]);
    assert.match(page.text, /VS Code on this machine/);
    assert.match(page.text, /<code>3f2a91c0…<\/code>/);
    assert.doesNotMatch(page.text.replaceAll(/<input[^>]*>/g, ""), /7a1e-4a5e/);
    assert.match(page.text, /Deliver events in your name/);
    assert.match(page.text, /<code>127\.0\.0\.1:40123<\/code>/);
    assert.equal(fieldsOf(page.text)["email"], "ada-lovelace@localhost");
    assert.match(page.text, /name="answer"\s+value="allow"/);
    assert.match(page.text, /name="answer"\s+value="deny"/);
    assert.doesNotMatch(page.text, /<script|<link|<img|style="|\son\w+=/);
  });

  it("lets its form lead to where it returns, and nowhere else", async () => {
    const policies = {
      "http://127.0.0.1:40123/callback": "'self' http://127.0.0.1:40123;",
      "http://localhost/": "'self' http://localhost;",
      "http://[::1]:40123/": "'self' http:;",
      "vscode://failproof.failproof/x": "'self' vscode:;",
    };
    for (const [redirectUri, formAction] of Object.entries(policies)) {
      const { policy } = await look(
        new BrowserVisit(server, redirectUri).path(),
      );
      assert.ok(policy.includes(`form-action ${formAction}`), policy);
      assert.ok(policy.startsWith("default-src 'none';"), policy);
    }
  });

  it("goes back with a code, or with the refusal, and with the state", async () => {
    const visit = new BrowserVisit(server);
    const allowed = await visit.answer("allow");
    assert.equal(allowed.origin + allowed.pathname, visit.redirectUri);
    assert.deepEqual([...allowed.searchParams.keys()], ["code", "state"]);
    assert.match(allowed.searchParams.get("code") ?? "", /^[\w-]{43}$/);
    assert.equal(allowed.searchParams.get("state"), visit.state);
    const denied = await visit.answer("deny");
    assert.deepEqual(Object.fromEntries(denied.searchParams), {
      ...{ error: "access_denied", state: visit.state },
    });
  });

  it("keeps what the address to return to has of its own", async () => {
    const uri = "vscode://failproof.failproof/signed-in?windowId=1";
    const target = await new BrowserVisit(server, uri).answer("deny");
    assert.ok(target.href.startsWith(`${uri}&error=access_denied&state=`));
  });

  it("takes every editor's own scheme and every loopback name", async () => {
    const good = [
      ...["http://127.0.0.1:1/callback", "http://localhost:65535/a/b?c=d"],
      ...["http://[::1]:8080/", "http://127.0.0.1"],
      ...["vscode://failproof.failproof/x", "cursor://failproof.failproof"],
      ...["vscode-insiders://failproof.failproof/x?windowId=_blank"],
      ...["vscodium://failproof.failproof/", "code-oss://failproof.failproof/"],
    ];
    for (const uri of good) {
      const { name } = await look(new BrowserVisit(server, uri).path());
      assert.equal(name, "connect", uri);
    }
  });

  it("sends nobody elsewhere: it says so on a page", async () => {
    const foreign = [
      ...["https://example.org/callback", "http://example.org/"],
      ...["https://127.0.0.1/", "http://127.0.0.1.example.org/"],
      ...["http://127.0.0.1@example.org/", "http://user@127.0.0.1/"],
      ...["http://localhost.example.org/", "http://127.0.0.2:1/"],
      ...["http://0.0.0.0:1/", "http://127.0.0.1:1/#fragment"],
      ...["http://127.0.0.1:1/#", "//127.0.0.1/", "/callback", "callback"],
      ...["javascript://failproof.failproof/%0aalert(1)", "javascript:1"],
      ...["data:text/html,x", "file:///etc/passwd", "ftp://127.0.0.1/"],
      ...["vscode://someone.else/x", "vscode://failproof.failproof@evil/"],
      ...["vscode://failproof.failproof:1/", "vscode:failproof.failproof"],
      ...["vscode://failproof.failproof.evil/", "http://127.0.0.1:99999/"],
    ];
    for (const uri of foreign) {
      const response = await server.fetch(new BrowserVisit(server, uri).path());
      const name = pageName(await response.text());
      assert.deepEqual([response.status, name], [400, "foreign-return"], uri);
      assert.equal(response.headers.get("location"), null);
    }
  });

  it("names the parameter that is missing, twice there or wrong", async () => {
    const visit = new BrowserVisit(server);
    const wrong: [string, string | undefined][] = [
      ...["redirect_uri", "state", "agent_id", "code_challenge"].map(
        (name): [string, undefined] => [name, undefined],
      ),
      ["code_challenge_method", undefined],
      ["code_challenge_method", "plain"],
      ["code_challenge", "x".repeat(42)],
      ["code_challenge", "x".repeat(44)],
      ["code_challenge", "+".repeat(43)],
      ["state", ""],
      ["state", "x".repeat(513)],
      ["state", "line\nbreak"],
      ["agent_id", "<b>"],
      ["agent_id", "x".repeat(129)],
      ["redirect_uri", `http://127.0.0.1/${"x".repeat(2048)}`],
    ];
    for (const [name, value] of wrong) {
      const page = await look(visit.path({ [name]: value }));
      assert.deepEqual([page.status, page.name], [400, "wrong-address"], name);
      assert.ok(page.text.includes(`<code>${name}</code>`), name);
    }
    const twice = await look(`${visit.path()}&state=another`);
    assert.match(twice.text, /<code>state<\/code>/);
  });

  it("shows what came in the address as text only", async () => {
    const uri = `http://127.0.0.1:1/"><script>alert(1)</script>`;
    const visit = new BrowserVisit(server, uri);
    const page = await look(visit.path({ state: `"><script>2</script>` }));
    assert.equal(page.name, "connect");
    assert.doesNotMatch(page.text, /<script/);
  });

  it("takes each form once, for the request that it was shown for", async () => {
    const visit = new BrowserVisit(server);
    const fields = { ...(await visit.form()), answer: "allow" };
    const changed = await post({ ...fields, state: "another" });
    assert.deepEqual([changed.status, pageName(changed.text)], [403, "stale"]);
    const again = await post(fields);
    assert.deepEqual([again.status, pageName(again.text)], [403, "stale"]);
    const link = /href="(connect\?[^"]*)"/.exec(again.text)?.[1] ?? "";
    const opened = await look(`/${link.replaceAll("&#38;", "&")}`);
    assert.equal(opened.name, "connect");
  });

  it("takes forms from its own page only", async () => {
    const visit = new BrowserVisit(server);
    const fields = { ...(await visit.form()), answer: "allow" };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-origin", origin: "https://example.org" },
    ]) {
      assert.equal((await post(fields, headers)).status, 403);
    }
    const bare = await post({ ...fields, answer: "perhaps" });
    assert.equal(bare.status, 400);
    assert.equal((await post(fields)).status, 303);
  });

  it("asks again for an address that is none, and goes on with the new form", async () => {
    const visit = new BrowserVisit(server);
    const fields = { ...(await visit.form()), email: "none", answer: "allow" };
    const again = await post(fields);
    assert.deepEqual([again.status, pageName(again.text)], [400, "connect"]);
    const next = { ...fieldsOf(again.text), email: "ada@localhost" };
    assert.equal((await post({ ...next, answer: "allow" })).status, 303);
  });
});
