import "server-only";
import { rateLimitPool } from "#server/platform/db/identity-pool.ts";
import { CallsAhead } from "#server/platform/ratelimit/calls-ahead.ts";
import { COUNTED_MILLIS, countSql, NOW_MILLIS } from "#server/platform/ratelimit/count-sql.ts";
import { LIMITS, notCounted } from "#server/platform/ratelimit/rate-limit.ts";
import { IS_LIVE, LIVE_COLUMNS, type LiveSession, liveViewOf } from "./session-rows.ts";

/** A session and what was counted with it; the tenant's calls only where the session has the tenant. */
export interface CountedSession {
  session: LiveSession;
  principal: CallsAhead;
  tenant: CallsAhead | undefined;
}

/*
 * One round trip: the live session, its person's calls, and the tenant's as far as the person's pass.
 * The person's row is always locked before the tenant's, so two requests can't wait for one another.
 */
const OPEN = {
  name: "console_counted_session",
  text: `WITH live AS MATERIALIZED (SELECT ${LIVE_COLUMNS} FROM session WHERE session_id = $1 AND ${IS_LIVE}),
  clock AS MATERIALIZED (SELECT ${NOW_MILLIS} AS now),
  person AS (${countSql(
    `SELECT 'principal:' || left(live.issuer || '|' || live.subject, 200), $3::integer, clock.now + ${COUNTED_MILLIS}
     FROM live, clock`,
  )}),
  organization AS (${countSql(
    `SELECT 'tenant:' || $2::text, least($3, ${LIMITS.principal} - (person.points - $3)), clock.now + ${COUNTED_MILLIS}
     FROM person, live, clock
     WHERE $2 = ANY (live.tenants) AND person.points - $3 < ${LIMITS.principal}`,
  )})
  SELECT live.*, p.points AS person_points, p.expire - clock.now AS person_left,
    least($3, ${LIMITS.principal} - (p.points - $3)) AS tenant_calls, o.points AS tenant_points, o.expire - clock.now AS tenant_left
  FROM live CROSS JOIN clock CROSS JOIN person p LEFT JOIN organization o ON true`,
};

type Row = Parameters<typeof liveViewOf>[0] & {
  person_points: number;
  person_left: string;
  tenant_calls: number;
  tenant_points: number | null;
  tenant_left: string | null;
};

/**
 * The live session with so many calls of it counted, in the tenant that they name. `null` when it
 * is over. Throws `unavailable` when it can't be read or counted (law 7).
 */
export async function countedSession(
  sessionId: string,
  tenantId: string | null,
  calls: number,
): Promise<CountedSession | null> {
  const values = [sessionId, tenantId, calls];
  const { rows } = await rateLimitPool()
    .query<Row>({ ...OPEN, values })
    .catch((error: unknown) => {
      throw notCounted(error);
    });
  const row = rows[0];
  if (!row) return null;
  return {
    session: liveViewOf(row),
    principal: new CallsAhead("principal", {
      calls,
      points: row.person_points,
      leftMillis: Number(row.person_left),
    }),
    tenant:
      row.tenant_points === null
        ? undefined
        : new CallsAhead("tenant", {
            calls: row.tenant_calls,
            points: row.tenant_points,
            leftMillis: Number(row.tenant_left),
          }),
  };
}
