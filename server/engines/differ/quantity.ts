const SUFFIXES: Record<string, readonly [base: bigint, power: number]> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  "": [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

const QUANTITY = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * A Kubernetes quantity (`500m`, `1Gi`, `2e3`) as an exact number of nano-units
 * (resource.Quantity rounds up below nano). Undefined when it isn't one.
 */
export function quantityNanos(value: string | number): bigint | undefined {
  const match = QUANTITY.exec(String(value).trim());
  if (!match?.[2]) return undefined;
  const [, sign, number, exponent, suffix] = match;
  const [whole = "", fraction = ""] = number.split(".");
  const [base, power] =
    exponent === undefined ? (SUFFIXES[suffix ?? ""] ?? [10n, 0]) : [10n, Number(exponent)];
  // digits × 10^-fraction × base^power × 10^9
  let numerator = BigInt(`${whole}${fraction}` || "0") * 10n ** 9n;
  let denominator = 10n ** BigInt(fraction.length);
  if (power >= 0) numerator *= base ** BigInt(power);
  else denominator *= base ** BigInt(-power);
  const magnitude = numerator / denominator + (numerator % denominator === 0n ? 0n : 1n);
  return sign === "-" ? -magnitude : magnitude;
}
