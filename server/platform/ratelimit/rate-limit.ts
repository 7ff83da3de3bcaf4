import "server-only";
import { rateLimitPool } from "../db/identity-pool.ts";
import { AppError } from "../errors/app-error.ts";
import { COUNTED_MILLIS, countSql, NOW_MILLIS } from "./count-sql.ts";

/** Calls a minute. A tenant's share is large enough for many officers, small enough to protect the rest. */
export const LIMITS = {
  principal: 600,
  tenant: 6_000,
  address: 120,
  /** Of a sender of events: machines tell all day, and must not use up what people have. */
  sender: 60_000,
} as const;

export type RateLimitSubject = keyof typeof LIMITS;

const COUNT = {
  name: "console_count_call",
  text: `WITH counted AS (${countSql(`VALUES ($1, 1, ${NOW_MILLIS} + ${COUNTED_MILLIS})`)})
    SELECT points, expire - ${NOW_MILLIS} AS left_millis FROM counted`,
};

/** The row that a subject's calls are counted in, for all replicas. */
export function countKey(subject: RateLimitSubject, key: string): string {
  return `${subject}:${[...key].slice(0, 200).join("")}`;
}

/** Counts one call. Throws `rate_limited` with the wait, or `unavailable` when it can't count (law 7). */
export async function countCall(subject: RateLimitSubject, key: string): Promise<void> {
  let counted: { points: number; left_millis: string } | undefined;
  try {
    const values = [countKey(subject, key)];
    const { rows } = await rateLimitPool().query({ ...COUNT, values });
    counted = rows[0] as typeof counted;
    if (!counted) throw new Error("the database counted nothing");
  } catch (error) {
    throw notCounted(error);
  }
  if (counted.points > LIMITS[subject]) throw tooManyCalls(Number(counted.left_millis));
}

/** The answer when calls can't be counted: none is let through. */
export function notCounted(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "The console cannot count calls now, so it takes none.",
    { retryAfterSeconds: 5 },
    { cause },
  );
}

/** The answer to a call beyond the limit, with the wait until the minute is over. */
export function tooManyCalls(leftMillis: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMillis / 1_000));
  return new AppError("rate_limited", `Too many calls. Try again in ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
}

/** Tidies up: drops counts whose minute is over. Nothing depends on it. */
export async function dropEndedCounts(): Promise<void> {
  await rateLimitPool().query(
    "DELETE FROM rate_limit WHERE expire <= extract(epoch FROM clock_timestamp()) * 1000",
  );
}
