import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { readCursor } from "./finding-sql.ts";
import { unhide } from "./hidden-names.ts";
import type { Difference } from "./schema.ts";
import type { Ignored, IgnoreRules, IgnoreRuleView } from "./views.ts";

type RuleRow = Omit<z.input<typeof IgnoreRuleView>, "hides"> & {
  [column: string]: unknown;
  objects: number;
  differences: number;
  seenAt: Date | null;
};

const RULES = `SELECT r.rule_id AS "ruleId", r.version, r.spec, r.owner, r.reason, r.saved_by_name AS "savedByName",
    r.saved_at AS "savedAt", r.expires_at AS "expiresAt", r.event_id AS "eventId",
    CASE WHEN r.retired_at IS NOT NULL THEN 'retired' WHEN r.expires_at <= now() THEN 'expired'
      WHEN r.spec -> 'isTrial' = 'true' THEN 'trial' ELSE 'in-force' END AS state,
    coalesce(h.objects, 0)::int AS objects, coalesce(h.differences, 0)::int AS differences,
    (SELECT finished_at FROM drift_look l WHERE l.tenant_id = r.tenant_id) AS "seenAt"
  FROM drift_ignore_rule r
  LEFT JOIN (SELECT rule_id, count(*) AS objects, sum(difference_count) AS differences FROM drift_ignored
    WHERE tenant_id = $1 GROUP BY rule_id) h ON h.rule_id = r.rule_id`;

/** Rules of which looks tell what they hide, or would. */
const HIDES: ReadonlySet<string> = new Set(["in-force", "trial"]);

/** Every rule with what it hides now: in force first, then expired, then retired. */
export async function ignoreRules(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof IgnoreRules>> {
  const rows = await tx.query<RuleRow>(
    `${RULES} WHERE r.tenant_id = $1
     ORDER BY r.retired_at IS NOT NULL, r.expires_at <= now(), r.rule_id DESC LIMIT 1000`,
    [tenant],
  );
  return { asOf: await tx.startedAt(), rules: rows.map(toRuleView) };
}

/** What one rule hides now, with the masked differences, and its versions. Throws `not_found`. */
export async function ignoredBy(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { ruleId, cursor, limit }: { ruleId: string; cursor?: string | undefined; limit: number },
  known: readonly string[],
): Promise<z.input<typeof Ignored>> {
  const [rule] = await tx.query<RuleRow>(`${RULES} WHERE r.tenant_id = $1 AND r.rule_id = $2`, [
    tenant,
    ruleId,
  ]);
  if (!rule) throw notFound("drift ignore rule");
  const versions = await tx.query<z.input<typeof Ignored>["versions"][number]>(
    `SELECT version, spec, owner, reason, expires_at AS "expiresAt", saved_by_name AS "savedByName",
       saved_at AS "savedAt", event_id AS "eventId"
     FROM drift_ignore_rule_version WHERE tenant_id = $1 AND rule_id = $2 ORDER BY version DESC LIMIT 100`,
    [tenant, ruleId],
  );
  const after = cursor ? (readCursor(cursor, [/^[0-9a-f]{64}$/])[0] ?? "") : null;
  const isTold = HIDES.has(rule.state);
  const rows = await tx.query<IgnoredRow>(
    `SELECT cluster, environment, api_version, kind, namespace, name, differences, since,
       encode(object_digest, 'hex') AS digest
     FROM drift_ignored WHERE tenant_id = $1 AND rule_id = $2 AND $5
       AND ($3::text IS NULL OR object_digest > decode($3, 'hex'))
     ORDER BY object_digest, cluster LIMIT $4`,
    [tenant, ruleId, after, limit + 1, isTold],
  );
  const items = rows.slice(0, limit).map((row) => ({
    cluster: row.cluster,
    environment: row.environment,
    object: {
      apiVersion: row.api_version,
      kind: row.kind,
      namespace: row.namespace,
      name: row.name,
    },
    differences: row.differences,
    since: row.since,
  }));
  return {
    asOf: await tx.startedAt(),
    rule: toRuleView(rule),
    versions,
    items: unhide(items, known),
    nextCursor: rows.length > limit ? (rows[limit - 1]?.digest ?? null) : null,
  };
}

interface IgnoredRow {
  [column: string]: unknown;
  cluster: string;
  environment: z.input<typeof Ignored>["items"][number]["environment"];
  api_version: string;
  kind: string;
  namespace: string | null;
  name: string;
  differences: Difference[];
  since: Date;
  digest: string;
}

function toRuleView(row: RuleRow): z.input<typeof IgnoreRuleView> {
  const { objects, differences, seenAt, ...rule } = row;
  // Which is over hides nothing, whatever the last look still knew of it.
  const isTold = HIDES.has(row.state);
  return {
    ...rule,
    hides: {
      objects: isTold ? objects : 0,
      differences: isTold ? differences : 0,
      seenAt,
    },
  } as z.input<typeof IgnoreRuleView>;
}
