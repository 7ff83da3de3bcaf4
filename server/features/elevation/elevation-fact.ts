import "server-only";
import { liveGrantsOf } from "#server/platform/authz/live-grants.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

export type ElevationFact = "met" | "unmet" | "unknown";

interface Person {
  readonly issuer: string;
  readonly subject: string;
}

const EXECUTE = "runtime.deployments.execute";

/**
 * Whether one of the people who answer for a deployment holds a live grant to execute in the
 * environment. `hold` keeps it until the transaction ends. `unknown`: nobody answers for it, which is no.
 */
export async function elevationFact(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  people: readonly Person[],
  environment: string,
  { hold = false } = {},
): Promise<ElevationFact> {
  const executors: Executor[] = [];
  for (const person of people) {
    const grants = await liveGrantsOf(tx, tenant, person, { hold });
    const here = grants.filter(({ scopes }) => scopes.includes(EXECUTE));
    executors.push(...here.map((grant) => ({ ...person, environment: grant.environment })));
  }
  return elevationAmong(executors, people, environment);
}

/** Somebody whose live grant lets deployments be executed somewhere. */
export interface Executor extends Person {
  readonly environment: string;
}

/** All of a tenant at once: for lists, which show the same fact for many requests. */
export function executorsNow(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Executor[]> {
  return tx.query<Executor>(
    `SELECT DISTINCT person_issuer AS issuer, person_subject AS subject, environment FROM elevation_grant
     WHERE tenant_id = $1 AND state = 'granted' AND starts_at <= clock_timestamp() AND ends_at > clock_timestamp()
       AND $2 = ANY (scopes)`,
    [tenant, EXECUTE],
  );
}

export function elevationAmong(
  executors: readonly Executor[],
  people: readonly Person[],
  environment: string,
): ElevationFact {
  if (people.length === 0) return "unknown";
  const isMet = executors.some(
    (executor) =>
      executor.environment === environment &&
      people.some(
        ({ issuer, subject }) => issuer === executor.issuer && subject === executor.subject,
      ),
  );
  return isMet ? "met" : "unmet";
}
