import assert from "node:assert/strict";
import { cliDecisionOf } from "../../../src/hook/decision";

describe("The CLI's word on a tool call's permission", () => {
  const cases = [
    [{ decision: "accept", source: "user_temporary" }, "allow", "user"],
    [{ decision: "accept", source: "user_permanent" }, "allow", "user"],
    [{ decision: "reject", source: "user_reject" }, "deny", "user"],
    [
      { decision: "accept", source: "config", reason_type: "mode" },
      "allow",
      "mode",
    ],
    [
      { decision: "accept", source: "config", reason_type: "rule" },
      "allow",
      "rule",
    ],
    [
      {
        decision: "accept",
        source: "config",
        reason_type: "subcommandResults",
      },
      "allow",
      "rule",
    ],
    [{ decision: "accept", source: "config" }, "allow", "rule"],
    [
      { decision: "reject", source: "hook", reason_type: "hook" },
      "deny",
      "hook",
    ],
  ] as const;
  for (const [said, decision, by] of cases) {
    it(`is ${decision} by ${by} for ${JSON.stringify(said)}`, () => {
      assert.deepEqual(cliDecisionOf(said), { decision, by });
    });
  }

  it("is none in words that are not known", () => {
    for (const said of [
      undefined,
      null,
      "accept",
      {},
      { decision: "accept" },
      { decision: "perhaps", source: "config" },
      { decision: "accept", source: "moon" },
    ]) {
      assert.equal(cliDecisionOf(said), undefined);
    }
  });
});
