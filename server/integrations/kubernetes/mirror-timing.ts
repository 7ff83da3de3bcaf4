/** Times of following a cluster, in milliseconds. */
export interface MirrorTiming {
  /** The first pause after a failure; it doubles, and is drawn between half of it and all of it. */
  baseMillis: number;
  mostMillis: number;
  /** Between two tries of what we may not read, and between two lists of what can't be watched. */
  slowMillis: number;
  /** How long a connection may be lost before what was read counts as unknown. */
  graceMillis: number;
  /** Silence after which a watch counts as lost. */
  idleMillis: number;
  /** How long one watch lasts; the server ends it. */
  watchSeconds: number;
  /** Between two questions for which kinds there are. */
  discoveryMillis: number;
  /** How long the first reading of all kinds may take. */
  firstReadMillis: number;
  /** Objects in one answer. */
  pageSize: number;
}

export const MIRROR_TIMING: MirrorTiming = {
  baseMillis: 500,
  mostMillis: 30_000,
  slowMillis: 60_000,
  graceMillis: 10_000,
  idleMillis: 150_000,
  watchSeconds: 300,
  discoveryMillis: 300_000,
  firstReadMillis: 120_000,
  pageSize: 500,
};

/** Drawn anew each time, so that many followers of one cluster don't come back at once. */
export function pauseMillis(
  { baseMillis, mostMillis }: Pick<MirrorTiming, "baseMillis" | "mostMillis">,
  failures: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(mostMillis, baseMillis * 2 ** Math.min(failures, 20));
  return full / 2 + (full / 2) * random();
}
