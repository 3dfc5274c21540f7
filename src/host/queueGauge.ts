import type { Clock } from "../base/clock";
import { Disposable } from "../base/lifecycle";
import type { Logger } from "../base/log";
import type { QueuePaths } from "../queue/queueFolder";
import { readStats } from "../queue/stats";
import { QueueTally } from "../queue/tally";
import { QueueWatcher } from "../relay/queueWatcher";
import { StatusReporter } from "../relay/statusReporter";

export interface QueueGaugeDeps {
  paths: QueuePaths;
  clock: Clock;
  log: Logger;
}

export interface QueueCounts {
  queued: number;
  /** Milliseconds since 1970, or null when nothing waits. */
  oldestQueuedAt: number | null;
}

/** Counts what waits in the queue, for as long as no relay does it. */
export class QueueGauge extends Disposable {
  constructor(
    { paths, clock, log }: QueueGaugeDeps,
    onCounts: (counts: QueueCounts) => void,
  ) {
    super();
    const tally = new QueueTally(paths);
    const reporter = this.register(
      new StatusReporter(
        {
          ...{ clock, log },
          readStats: async () => {
            await tally.refresh();
            return {
              ...(await readStats(paths)),
              queued: tally.queued(undefined),
              oldestQueuedAt: tally.oldestQueuedAt(undefined),
            };
          },
          emit: ({ queued, oldestQueuedAt }) =>
            onCounts({ queued, oldestQueuedAt }),
        },
        { connection: "stopped", problem: null },
      ),
    );
    const watcher = this.register(
      new QueueWatcher({ clock, log, folder: paths.folder }),
    );
    this.register(watcher.onDidChange(() => reporter.touch()));
  }
}
