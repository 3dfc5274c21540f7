import assert from "node:assert/strict";
import { parseCommandLine } from "../../../src/cloud/commandLine";

describe("the embedded server's command line", () => {
  it("needs a data folder and nothing else", () => {
    assert.deepEqual(parseCommandLine(["--data", "/d"]), {
      ...{ dataFolder: "/d", port: 0, lifetimes: {} },
      ...{ codeGives: "tokens", faultsEnabled: false, exitWithStdin: false },
    });
  });

  it("takes every option", () => {
    const args =
      "--data /d --port 4711 --faults --issue api-key --exit-with-stdin --access-token-seconds 2 --device-code-seconds 3 --interval-seconds 0";
    assert.deepEqual(parseCommandLine(args.split(" ")), {
      ...{ dataFolder: "/d", port: 4711 },
      lifetimes: {
        ...{ accessTokenSeconds: 2, deviceCodeSeconds: 3, intervalSeconds: 0 },
      },
      ...{ codeGives: "api-key", faultsEnabled: true, exitWithStdin: true },
    });
  });

  it("refuses what it does not understand", () => {
    const wrong = [
      "",
      "--port 1",
      "--data",
      "--data /d --port 65536",
      "--data /d --port 1.5",
      "--data /d --access-token-seconds 0",
      "--data /d --issue passwords",
      "--data /d --unknown",
      "--data /d extra",
    ];
    for (const line of wrong) {
      const parsed = parseCommandLine(line === "" ? [] : line.split(" "));
      assert.ok("problem" in parsed, line);
    }
  });
});
