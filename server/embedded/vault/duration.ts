const UNIT_SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1, d: 86_400 };

/** Seconds of a duration in Go's form (`1h30m`), or of a number of seconds. Throws on anything else. */
export function parseDuration(value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return Math.floor(value);
  const text = String(value);
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[dhms])+$/.test(text)) throw new Error(`invalid duration "${text}"`);
  let seconds = 0;
  for (const [, amount = "0", unit = "s"] of text.matchAll(/(\d+)([dhms])/g)) {
    seconds += Number(amount) * (UNIT_SECONDS[unit] ?? 0);
  }
  return seconds;
}

/** Go's own print of a duration: `1h30m0s`, `0s`. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
