import "server-only";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import { dropEndedCounts } from "#server/platform/ratelimit/rate-limit.ts";
import { dropOldProofs } from "./service-callers/proof-use.ts";
import { ENDED } from "./session-rows.ts";

/** How long an ended session's row is kept, for those who look into an incident. */
const KEEP_DAYS = 30;

/**
 * Tidies up: forgets the tokens of expired sessions, drops old rows and logout tokens that no longer
 * need remembering, and counts of calls long past. Nothing depends on it: expiry is judged on every read (law 8).
 */
export async function sweepSessions(): Promise<{ expired: number; dropped: number }> {
  const pool = identityPool();
  const expired = await pool.query(
    `UPDATE session SET ${ENDED("'expired'")} WHERE ended_at IS NULL AND expires_at <= clock_timestamp()`,
  );
  const dropped = await pool.query(
    `DELETE FROM session WHERE ended_at <= clock_timestamp() - make_interval(days => ${KEEP_DAYS})`,
  );
  await pool.query("DELETE FROM logout_token_seen WHERE expires_at <= clock_timestamp()");
  await dropOldProofs();
  await dropEndedCounts();
  return { expired: expired.rowCount ?? 0, dropped: dropped.rowCount ?? 0 };
}
