const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const PART = /(\d+)(?:\.(\d+))?(ns|us|µs|ms|s|m|h)/g;

/** A Go duration (`90m`, `2160h0m0s`) in nanoseconds; undefined when it isn't one. */
export function durationNanos(value: string): bigint | undefined {
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(value)) return undefined;
  let total = 0n;
  for (const [, whole = "0", fraction = "", unit = "s"] of value.matchAll(PART)) {
    const size = UNITS[unit] ?? 0n;
    total +=
      BigInt(whole) * size + (BigInt(fraction || "0") * size) / 10n ** BigInt(fraction.length);
  }
  return total;
}
