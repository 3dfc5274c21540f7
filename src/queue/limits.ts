const mebibyte = 1024 * 1024;

/** How large the queue may become; sizes are in bytes. */
export interface QueueLimits {
  /** Hooks' file becomes a segment at this size. */
  segmentBytes: number;
  /** What hooks' file may grow to when nobody can make a segment of it just now. */
  pendingBytes: number;
  /** The whole folder, when a segment is made: above it the least important events go. */
  easyBytes: number;
  /** Above this no segment is made, and so no more than `pendingBytes` is added. */
  fullBytes: number;
  /** Segments that are looked at for room in one go: a hook must not take long. */
  stepsAtOnce: number;
}

/**
 * Never more than 64 MiB. Between two segments there can be added: 4 MiB in
 * the hooks' file, 4 MiB that a segment's shorter version takes while it is
 * made, 4 MiB of quarantine, 2 MiB of what was sent (while it is replaced):
 * with `fullBytes` that is 62 MiB. To give up all that may be given up takes
 * two looks at each of some fifty segments; between `easyBytes` and
 * `fullBytes` eight segments are made, with sixteen looks each.
 */
export const queueLimits: QueueLimits = {
  segmentBytes: mebibyte,
  pendingBytes: 4 * mebibyte,
  easyBytes: 40 * mebibyte,
  fullBytes: 48 * mebibyte,
  stepsAtOnce: 16,
};
