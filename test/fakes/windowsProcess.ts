/**
 * A process with windows of one user: `windowsProcess.js RELAY COUNT SERVER`,
 * its home from FAILPROOFAI_HOME. Each window is a real supervisor. Prints how
 * many of them are online, whenever that changes. Ends with its stdin, letting
 * go as windows do that are closed; or is killed.
 */
import { version } from "../../package.json";
import { nullLogger } from "../../src/base/log";
import { systemClock, systemRandom } from "../../src/node/systemClock";
import { RelayFinder } from "../../src/relay/relayFinder";
import { RelaySupervisor } from "../../src/relay/supervisor";

const [script = "", count = "1", serverUrl = ""] = process.argv.slice(2);
const common = {
  build: version,
  clock: systemClock,
  random: systemRandom,
  log: nullLogger,
};

const windows = Array.from({ length: Number(count) }, () => {
  const program = { command: process.execPath, args: [script] };
  const finder = new RelayFinder({ ...program, env: process.env, ...common });
  return new RelaySupervisor({ finder, ...common });
});

let online = -1;
function report(): void {
  const now = windows.filter(
    ({ isRunning, status }) => isRunning && status.connection === "online",
  ).length;
  if (now !== online) {
    online = now;
    process.stdout.write(`${now}\n`);
  }
}

for (const window of windows) {
  window.onDidChangeStatus(report);
  window.setCredential({ serverUrl, accessToken: "token-1" });
  window.start();
}
process.stdin.resume();
process.stdin.on("end", () => {
  void Promise.all(windows.map((window) => window.stop())).then(() =>
    process.exit(0),
  );
});
