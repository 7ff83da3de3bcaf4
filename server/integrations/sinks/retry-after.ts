const LONGEST = 3_600_000;

/**
 * Milliseconds that `Retry-After` asks for, in seconds or as a date (RFC 9110 §10.2.3), an hour at most;
 * `undefined` where it says nothing that can be read.
 */
export function retryAfterMillis(
  header: string | string[] | undefined,
  now = Date.now(),
): number | undefined {
  const text = (Array.isArray(header) ? header[0] : header)?.trim();
  if (!text) return undefined;
  const millis = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(millis) ? Math.min(Math.max(millis, 0), LONGEST) : undefined;
}
