import type { Clock } from "../base/clock";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { FromRelay } from "../protocol/delivery";
import type { QueuePaths } from "../queue/queueFolder";
import { readStats } from "../queue/stats";
import { isStatsFile, QueueWatcher } from "./queueWatcher";
import { StatusReporter } from "./statusReporter";

export interface StandbyDeps {
  paths: QueuePaths;
  clock: Clock;
  log: Logger;
  send: (message: FromRelay) => void;
}

/**
 * What a relay tells its window while another window's relay delivers: that
 * one's figures, from the file that it keeps.
 */
export class Standby extends Disposable {
  constructor({ paths, clock, log, send }: StandbyDeps) {
    super();
    const status = this.register(
      new StatusReporter(
        {
          clock,
          log,
          readStats: () => readStats(paths),
          emit: (status) => send({ type: "status", status }),
        },
        { connection: "standby", problem: null },
      ),
    );
    const watcher = this.register(
      new QueueWatcher({ clock, log, folder: paths.folder }),
    );
    this.register(
      watcher.onDidChange((name) => {
        if (name === undefined || isStatsFile(name)) {
          status.touch();
        }
      }),
    );
  }
}
