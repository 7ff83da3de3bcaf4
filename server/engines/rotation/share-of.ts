import { createHash } from "node:crypto";

/** A share in [0, 1) that depends on the seed alone: the same on every machine, spread evenly. */
export function shareOf(seed: string): number {
  return createHash("sha256").update(seed).digest().readUIntBE(0, 6) / 2 ** 48;
}
