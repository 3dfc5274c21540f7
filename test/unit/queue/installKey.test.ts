import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readInstallKey } from "../../../src/queue/installKey";
import { QueueHome } from "../../fakes/queueHome";

describe("readInstallKey", () => {
  let home: QueueHome;
  beforeEach(() => {
    home = new QueueHome({ isSignedIn: false });
  });
  afterEach(() => home.remove());

  it("makes a key of 32 bytes, and gives the same one from then on", () => {
    const key = readInstallKey(home.paths);
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(readInstallKey(home.paths), key);
    assert.deepEqual(readdirSync(home.home), ["install-key"]);
  });

  it("keeps it for the owner only", function () {
    if (process.platform === "win32") {
      this.skip();
    }
    readInstallKey(home.paths);
    assert.equal(statSync(home.paths.installKey).mode & 0o777, 0o600);
  });

  it("replaces one that cannot be read as a key", () => {
    readInstallKey(home.paths);
    writeFileSync(home.paths.installKey, "");
    const key = readInstallKey(home.paths);
    assert.equal(readFileSync(home.paths.installKey, "utf8"), key);
    assert.match(key, /^[0-9a-f]{64}$/);
  });
});
