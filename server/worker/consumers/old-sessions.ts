import "server-only";
import type { LookFacts, OldUse } from "#server/features/rotation/consumers/schema.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
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
  const told = await readRoleSessions(rotator.target, login.credential, oldHandle.role);
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

/** The same, with a source that is away told as unknown instead of thrown. */
export async function oldSessionsOrUnknown(kv: KvV2, facts: LookFacts): Promise<OldUse | null> {
  try {
    return await oldSessions(kv, facts);
  } catch (error) {
    const reason = reasonOf(error);
    if (!reason) throw error;
    return { source: "sessions", state: "unknown", reason, uses: null, lastUsedAt: null };
  }
}

function reasonOf(error: unknown): string | null {
  if (error instanceof OutsideTrouble) return error.trouble.errorCode.replaceAll("_", "-");
  if (error instanceof OpenBaoError) return `vault-${error.failure}`.replaceAll("_", "-");
  return null;
}

function trouble(errorCode: string, errorText: string): OutsideTrouble {
  return new OutsideTrouble({ errorCode, errorText });
}
