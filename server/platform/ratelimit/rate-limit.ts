import "server-only";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { rateLimitPool } from "../db/identity-pool.ts";
import { AppError } from "../errors/app-error.ts";

/** Calls a minute. A tenant's share is large enough for many officers, small enough to protect the rest. */
const LIMITS = {
  principal: 600,
  tenant: 6_000,
  address: 120,
} as const;

export type RateLimitSubject = keyof typeof LIMITS;

const shared = globalThis as typeof globalThis & {
  consoleLimiters?: Map<string, RateLimiterPostgres>;
};

function limiter(subject: RateLimitSubject): RateLimiterPostgres {
  shared.consoleLimiters ??= new Map();
  let found = shared.consoleLimiters.get(subject);
  if (!found) {
    found = new RateLimiterPostgres({
      storeClient: rateLimitPool(),
      storeType: "pool",
      tableName: "rate_limit",
      tableCreated: true,
      keyPrefix: subject,
      points: LIMITS[subject],
      duration: 60,
      clearExpiredByTimeout: false,
    });
    shared.consoleLimiters.set(subject, found);
  }
  return found;
}

/** Counts one call. Throws `rate_limited` with the wait, or `unavailable` when it can't count (law 7). */
export async function countCall(subject: RateLimitSubject, key: string): Promise<void> {
  try {
    await limiter(subject).consume(key.slice(0, 200));
  } catch (refused) {
    if (refused instanceof RateLimiterRes) {
      const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      throw new AppError("rate_limited", `Too many calls. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      });
    }
    throw new AppError(
      "unavailable",
      "The console cannot count calls now, so it takes none.",
      { retryAfterSeconds: 5 },
      { cause: refused },
    );
  }
}

/** Tidies up: drops counts whose minute is over. Nothing depends on it. */
export async function dropEndedCounts(): Promise<void> {
  await rateLimitPool().query(
    "DELETE FROM rate_limit WHERE expire <= extract(epoch FROM clock_timestamp()) * 1000",
  );
}
