import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** What scripts/hostRunner.mjs prints; everything else in the log is VS Code's own. */
const mark = "[failproof-test] ";

/** Prints as the others do, a marked line at a time, and counts. */
class MarkedReporter extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { constants } = Mocha.Runner;
    const say = (text: string) => {
      for (const line of text.split("\n")) {
        console.log(mark + line);
      }
    };
    runner.on(constants.EVENT_SUITE_BEGIN, (suite) => say(`  ${suite.title}`));
    runner.on(constants.EVENT_TEST_PASS, (test) => say(`    ✔ ${test.title}`));
    runner.on(constants.EVENT_TEST_FAIL, (test, error: Error) =>
      say(`    ✖ ${test.title}\n${error.stack ?? error.message}`),
    );
  }
}

/** The entry that VS Code calls in its extension host, with the tests' bundle as its module. */
export async function runTests(load: () => void): Promise<void> {
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 30_000,
    reporter: MarkedReporter,
  });
  // Puts describe and it where the bundle looks for them.
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  load();
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const file = process.env["FAILPROOF_TEST_RESULTS"];
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      if (file !== undefined) {
        const counts = { passed: passes, failed: failures, skipped: pending };
        writeFileSync(file, JSON.stringify(counts));
      }
    });
  });
  if (failures > 0) {
    throw new Error(`${failures} tests failed in the extension host`);
  }
}
