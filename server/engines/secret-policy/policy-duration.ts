const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const DURATION = /^(?:\d+(?:w|d|h|m|s))+$/;

/** A duration such as `90d`, `1h` or `1h30m` in seconds; undefined when it is none, or is zero. */
export function parsePolicyDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let total = 0;
  for (const [, number = "0", unit = "s"] of text.matchAll(/(\d+)([wdhms])/g)) {
    total += Number(number) * (SECONDS[unit] ?? 0);
  }
  return Number.isSafeInteger(total) && total > 0 ? total : undefined;
}

/** The shortest exact spelling: `90d`, `1h30m`. */
export function formatPolicyDuration(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3_600],
    ["m", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.join("") || "0s";
}
