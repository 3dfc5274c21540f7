import { realpathSync } from "node:fs";
import { instanceAddress } from "../node/singleInstance";
import { readInstallKey } from "../queue/installKey";
import { ensureQueueFolder, type QueuePaths } from "../queue/queueFolder";

/** Where the relay of a queue is to be found, and what both sides prove themselves with. */
export interface RelayPlace {
  address: string;
  key: string;
}

/**
 * One place for each user and queue folder, however the folder is spelled. The
 * key in it keeps others from guessing it. Throws what the file system threw.
 */
export function relayPlace(paths: QueuePaths): RelayPlace {
  ensureQueueFolder(paths);
  const key = readInstallKey(paths);
  const folder = realpathSync(paths.folder);
  return { address: instanceAddress(`relay:${key}:${folder}`), key };
}
