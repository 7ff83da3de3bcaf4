import "server-only";
import { type ElevationFacts, elevationFacts } from "#server/engines/elevation/elevation-facts.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { GrantRow } from "./grant-rows.ts";
import type { PolicyRow } from "./policy-rows.ts";

interface Wanted {
  readonly scopes: readonly string[];
  readonly durationSeconds: number;
  readonly startsAt: Date | null;
  readonly prolongs: GrantRow | null;
  /** The request that is looked at, which does not count against itself. */
  readonly requestId: string | null;
}

/**
 * The facts that asking and activating are judged by, for the person who calls. Whatever else that
 * person asks for in the tenant waits until the transaction ends, so that nobody slips past the limit.
 */
export async function factsOfPerson(
  tx: TenantTx,
  { actor, tenant }: Caller,
  policy: PolicyRow,
  wanted: Wanted,
): Promise<ElevationFacts> {
  const person = "issuer" in actor ? [actor.issuer, actor.subject] : ["", ""];
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    JSON.stringify(["elevation-of", tenant, ...person]),
  ]);
  const [counted] = await tx.query<{ others: number; now: Date }>(
    `SELECT clock_timestamp() AS now,
       (SELECT count(*) FROM elevation_grant WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3
          AND environment = $4 AND state = 'granted' AND ends_at > clock_timestamp())::int
       + (SELECT count(*) FROM elevation_request WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3
          AND environment = $4 AND kind = 'grant' AND state = 'waiting' AND expires_at > clock_timestamp()
          AND request_id IS DISTINCT FROM $5)::int AS others`,
    [tenant, ...person, policy.environment, wanted.requestId],
  );
  if (!counted) throw new Error("a count without a row");
  const { prolongs } = wanted;
  return elevationFacts({
    now: counted.now,
    rules: policy.spec,
    roles: "roles" in actor ? actor.roles : [],
    scopes: wanted.scopes,
    durationSeconds: wanted.durationSeconds,
    startsAt: wanted.startsAt,
    others: counted.others,
    prolongs: prolongs && {
      endsAt: prolongs.ends_at,
      isOver: prolongs.is_over || prolongs.state !== "granted",
    },
  });
}
