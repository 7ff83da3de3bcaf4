import type { PostgresTarget, TargetLogin, TargetOutcome } from "./postgres-target.ts";
import { asRotator } from "./role-admin.ts";

/** An open session of a role, as `pg_stat_activity` tells of it. */
export interface RoleSession {
  application: string;
  address: string;
  startedAt: Date | null;
  lastActiveAt: Date | null;
}

const MOST = 50;

/**
 * The open sessions of a role, newest activity first, at most fifty; `count` is of all. Times and
 * addresses are null where the rotator has no right to see them: then a session still counts.
 */
export async function readRoleSessions(
  target: PostgresTarget,
  rotator: TargetLogin,
  role: string,
): Promise<TargetOutcome<{ count: number; sessions: RoleSession[] }>> {
  return asRotator(target, rotator, async (client) => {
    const { rows } = await client.query<RoleSession & { count: number }>(
      `SELECT application_name AS application, coalesce(host(client_addr), '') AS address,
         backend_start AS "startedAt", greatest(backend_start, state_change) AS "lastActiveAt",
         (count(*) OVER ())::int AS count
       FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()
       ORDER BY state_change DESC NULLS LAST LIMIT ${MOST}`,
      [role],
    );
    const sessions = rows.map(({ count: _count, ...session }) => ({
      ...session,
      application: session.application ?? "",
    }));
    return { count: rows[0]?.count ?? 0, sessions };
  });
}
