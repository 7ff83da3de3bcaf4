import "server-only";
import type { LookFacts, OldUse } from "#server/features/rotation/consumers/schema.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import type {
  PostgresTarget,
  TargetLogin,
} from "#server/integrations/postgres-roles/postgres-target.ts";
import { readRoleSessions } from "#server/integrations/postgres-roles/role-sessions.ts";
import { OutsideTrouble } from "#server/worker/rotation/outside-trouble.ts";

/**
 * The sessions that the old role of a pair has open at its database; null where no such thing can be
 * asked. Throws OutsideTrouble or OpenBaoError when vault or target can't be asked.
 */
export async function oldSessions(kv: KvV2, facts: LookFacts): Promise<OldUse | null> {
  const { rotator, oldHandle } = facts;
  if (rotator.kind !== "postgres-dual-user" || !oldHandle?.role) return null;
  const login = await readDatabaseCredential(kv, rotator.rotatorPath);
  if (login.kind !== "found") {
    throw trouble("value_missing", `The rotator's login is ${login.kind} in the vault.`);
  }
  return sessionsOf(rotator.target, login.credential, oldHandle.role);
}

/** The sessions of one role, asked with a login that may look at them. */
export async function sessionsOf(
  target: PostgresTarget,
  login: TargetLogin,
  role: string,
): Promise<OldUse> {
  const told = await readRoleSessions(target, login, role);
  if (told.kind !== "done") throw trouble(`target_${told.kind}`, told.text);
  const times = told.sessions.flatMap(({ lastActiveAt }) => (lastActiveAt ? [lastActiveAt] : []));
  return {
    source: "sessions",
    state: told.count > 0 ? "in-use" : "unused",
    uses: told.count,
    lastUsedAt: times.length > 0 ? new Date(Math.max(...times.map(Number))) : null,
    users: told.sessions.map(({ application, address, startedAt }) => ({
      application: application.slice(0, 200),
      address: address.slice(0, 100),
      since: startedAt,
    })),
  };
}

export function trouble(errorCode: string, errorText: string): OutsideTrouble {
  return new OutsideTrouble({ errorCode, errorText });
}
