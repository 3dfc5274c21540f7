import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { appendRecord } from "../../../src/queue/append";
import { appendVerified } from "../../../src/queue/appendFile";
import { readRecordLine } from "../../../src/queue/recordLine";
import {
  clearSignedInMarker,
  setSignedInMarker,
} from "../../../src/queue/signedInMarker";
import { linesOf, QueueHome, someRecord } from "../../fakes/queueHome";

describe("appendRecord", () => {
  let home: QueueHome;
  beforeEach(() => {
    home = new QueueHome();
  });
  afterEach(() => home.remove());

  it("puts records into the file in their order", () => {
    const records = home.appendMany(3);
    assert.deepEqual(home.pending(), records);
  });

  it("makes folder and file for the owner only", function () {
    if (process.platform === "win32") {
      this.skip();
    }
    rmSync(home.paths.folder, { recursive: true });
    home.append();
    assert.equal(statSync(home.paths.home).mode & 0o777, 0o700);
    assert.equal(statSync(home.paths.folder).mode & 0o777, 0o700);
    assert.equal(statSync(home.paths.pending).mode & 0o777, 0o600);
    assert.equal(statSync(home.paths.signedInMarker).mode & 0o777, 0o600);
  });

  it("queues nothing while nobody is signed in", () => {
    clearSignedInMarker(home.paths);
    assert.deepEqual(appendRecord(home.paths, someRecord()), {
      kind: "signedOut",
    });
    assert.equal(existsSync(home.paths.pending), false);
    setSignedInMarker(home.paths);
    assert.deepEqual(appendRecord(home.paths, someRecord()), {
      kind: "appended",
    });
  });

  it("puts no secret into the marker", () => {
    assert.equal(readFileSync(home.paths.signedInMarker, "utf8"), "");
  });

  it("starts on a fresh line after a torn one", () => {
    home.append();
    appendFileSync(home.paths.pending, '{"client_event_id":"torn');
    const record = home.append();
    const lines = linesOf(home.paths.pending);
    assert.equal(lines.length, 3);
    assert.deepEqual(readRecordLine(lines[2] ?? ""), record);
  });

  it("writes again what came after the file was taken away", () => {
    const bytes = Buffer.from("late\n");
    let looks = 0;
    const path = home.paths.pending;
    const outcome = appendVerified(home.paths, {
      ...{ path, bytes, clear: () => assert.fail("nothing is in the way") },
      before: () => {
        looks += 1;
        if (looks === 1) {
          // Open already, but not written yet: the relay takes it, and is done with it.
          rmSync(path);
        }
        return "write";
      },
    });
    assert.equal(outcome, "written");
    assert.equal(looks, 2);
    assert.deepEqual(linesOf(path), ["late"]);
  });

  it("gives up on a file that never stays in place", () => {
    const path = home.paths.pending;
    const outcome = appendVerified(home.paths, {
      ...{ path, bytes: Buffer.from("x"), clear: () => undefined },
      before: () => {
        rmSync(path);
        return "write";
      },
    });
    assert.equal(outcome, "unsteady");
  });

  it("says why it failed, and does not throw", () => {
    rmSync(home.paths.folder, { recursive: true });
    writeFileSync(home.paths.folder, "a file where the folder should be");
    const outcome = appendRecord(home.paths, someRecord());
    assert.equal(outcome.kind, "failed");
  });
});
