// The usual output, and the counts as JSON in the file that FAILPROOF_TEST_RESULTS
// names, so that scripts/test.mjs can add up runs in different processes.
const { writeFileSync } = require("node:fs");
const process = require("node:process");
const { reporters, Runner } = require("mocha");

module.exports = class CountingReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env["FAILPROOF_TEST_RESULTS"];
      if (file !== undefined) {
        const { passes, failures, pending } = this.stats;
        const counts = { passed: passes, failed: failures, skipped: pending };
        writeFileSync(file, JSON.stringify(counts));
      }
    });
  }
};
