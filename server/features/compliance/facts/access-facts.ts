import "server-only";
import type { AccessFacts } from "#server/engines/compliance/facts.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { countThings, evidenceOf } from "./count-things.ts";

/** Longer than any version of its environment's policy allowed, with what approved extensions added. */
const TOO_LONG = `SELECT g.grant_id::text AS id, g.starts_at AS at,
    extract(epoch FROM g.ends_at - g.starts_at) > 1
      + coalesce((SELECT max((v.spec ->> 'maxDurationSeconds')::int) FROM elevation_policy_version v
          WHERE v.tenant_id = g.tenant_id AND v.environment = g.environment), 0)
      + coalesce((SELECT sum(q.duration_seconds) FROM elevation_request q
          WHERE q.tenant_id = g.tenant_id AND q.grant_id = g.grant_id AND q.kind = 'extension' AND q.state = 'activated'), 0) AS is_bad
  FROM elevation_grant g WHERE g.tenant_id = $1 AND g.kind = 'jit' AND g.created_at > clock_timestamp() - interval '90 days'`;

const WITHOUT_FACTOR = `SELECT grant_id::text AS id, starts_at AS at, proof_method IS NULL AS is_bad
  FROM elevation_grant WHERE tenant_id = $1 AND created_at > clock_timestamp() - interval '90 days'`;

/** Gone from where it was made to hold, a quarter of an hour after its end at the latest. */
const LINGERING = `SELECT g.grant_id::text AS id, least(g.ends_at, g.revoked_at) AS at,
    bool_or(p.state <> 'gone' AND least(g.ends_at, g.revoked_at) < clock_timestamp() - interval '15 minutes') AS is_bad
  FROM elevation_grant g JOIN elevation_projection p ON p.tenant_id = g.tenant_id AND p.grant_id = g.grant_id
  WHERE g.tenant_id = $1 AND (p.state <> 'gone' OR g.created_at > clock_timestamp() - interval '90 days')
  GROUP BY g.grant_id, g.ends_at, g.revoked_at`;

const UNREVIEWED = `SELECT use_id::text AS id, started_at AS at,
    review = 'due' AND ends_at < clock_timestamp() - interval '3 days' AS is_bad
  FROM break_glass_use WHERE tenant_id = $1 AND (review = 'due' OR started_at > clock_timestamp() - interval '1 year')`;

const LATE_REVIEWS = `SELECT campaign_id::text AS id, due_at AS at, due_at < clock_timestamp() AS is_bad
  FROM access_campaign WHERE tenant_id = $1 AND state = 'open'`;

const STILL_THERE = `SELECT item_id::text AS id, coalesce(gone_at, revocation_since) AS at,
    revocation <> 'gone' AND revocation_since < clock_timestamp() - interval '7 days' AS is_bad
  FROM access_item WHERE tenant_id = $1 AND revocation IS NOT NULL`;

const COPIED_KEYS = `SELECT key_id::text AS id, coalesce(suspected_at, created_at) AS at, suspected_at IS NOT NULL AS is_bad
  FROM security_key WHERE tenant_id = $1 AND removed_at IS NULL`;

/** What is known of who holds which rights, and by what. */
export async function accessFacts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<AccessFacts> {
  const [tooLong, withoutFactor, lingering, unreviewed, lateReviews, stillThere, copiedKeys] =
    await Promise.all([
      countThings(tx, tenant, "elevation-grant", TOO_LONG),
      countThings(tx, tenant, "elevation-grant", WITHOUT_FACTOR),
      countThings(tx, tenant, "elevation-grant", LINGERING),
      countThings(tx, tenant, "break-glass-use", UNREVIEWED),
      countThings(tx, tenant, "access-campaign", LATE_REVIEWS),
      countThings(tx, tenant, "access-item", STILL_THERE),
      countThings(tx, tenant, "security-key", COPIED_KEYS),
    ]);
  const [policy] = await tx.query<{ is_enabled: boolean; next_start_at: Date }>(
    "SELECT is_enabled, next_start_at FROM access_review_policy WHERE tenant_id = $1",
    [tenant],
  );
  const [last] = await tx.query<{ id: string; at: Date }>(
    `SELECT campaign_id::text AS id, closed_at AS at FROM access_campaign
     WHERE tenant_id = $1 AND closed_at IS NOT NULL ORDER BY closed_at DESC LIMIT 1`,
    [tenant],
  );
  const directories = await tx.query<{ id: string; read_at: Date | null; away: Date | null }>(
    "SELECT realm AS id, read_at, failing_since AS away FROM access_directory WHERE tenant_id = $1 ORDER BY realm",
    [tenant],
  );
  const read = directories.flatMap((each) => (each.read_at ? [each.read_at.getTime()] : []));
  return {
    tooLong,
    withoutFactor,
    lingering,
    unreviewed,
    lateReviews,
    stillThere,
    copiedKeys,
    reviewPolicy: policy
      ? { isEnabled: policy.is_enabled, nextStartAt: policy.next_start_at.toISOString() }
      : null,
    lastReview: last ? evidenceOf("access-campaign", last) : null,
    directories: {
      at: read.length > 0 ? new Date(Math.min(...read)).toISOString() : null,
      away: directories
        .filter((each) => each.away)
        .map(({ id, away }) => evidenceOf("access-directory", { id, at: away })),
    },
    isTokenBound: env().API_SENDER_CONSTRAINT === "required",
  };
}
