import "server-only";
import type { z } from "zod";
import { ignoreProblem, ignoreRule } from "#server/engines/drift/ignore-rules.ts";
import { partialObject } from "#server/engines/drift/partial-object.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { FINDING_COLUMNS, FINDING_FROM, type FindingRow, toFindingView } from "./finding-sql.ts";
import { unhide } from "./hidden-names.ts";
import type { IgnorePreview } from "./preview-views.ts";
import type { Difference, IgnoreRuleSpec } from "./schema.ts";

/** More are not looked at while somebody waits; the preview says so. */
const MOST_LOOKED_AT = 5_000;
const MOST_SHOWN = 20;

/**
 * What a rule would hide of the findings that are known, the worst first. Judged by the path, the manager and
 * the keys of list items: what a jq path asks of other fields is told only by the next look.
 */
export async function previewIgnore(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  spec: IgnoreRuleSpec,
  known: readonly string[],
): Promise<z.input<typeof IgnorePreview>> {
  const asOf = await tx.startedAt();
  const problem = ignoreProblem(spec);
  const none = { count: 0, critical: 0, high: 0 };
  const empty = { asOf, objects: 0, differences: 0, gone: none, looked: 0, isWhole: true };
  if (problem) return { ...empty, problem, items: [] };
  const rule = ignoreRule("preview", spec);
  const kind = spec.objectKind?.includes("*") ? null : spec.objectKind;
  const rows = await tx.query<FindingRow>(
    `SELECT ${FINDING_COLUMNS} FROM ${FINDING_FROM}
     WHERE f.tenant_id = $1 AND f.state <> 'resolved' AND f.difference_count > 0
       AND ($2::text IS NULL OR f.kind = $2)
     ORDER BY f.weight, f.finding_id LIMIT $3`,
    [tenant, kind, MOST_LOOKED_AT + 1],
  );
  const looked = rows.slice(0, MOST_LOOKED_AT);
  const gone = { ...none };
  const found = looked.flatMap((row) => {
    const { findingId, severity, object, cluster, environment } = toFindingView(row);
    if (!rule.covers(object)) return [];
    const paths = row.differences.filter((each) => isHidden(rule, each)).map(({ path }) => path);
    if (paths.length === 0) return [];
    const isGone = paths.length === row.difference_count;
    if (isGone) {
      gone.count += 1;
      if (severity === "critical" || severity === "high") gone[severity] += 1;
    }
    return [{ findingId, severity, object, cluster, environment, paths, isGone }];
  });
  return {
    asOf,
    problem: null,
    objects: found.length,
    differences: found.reduce((sum, { paths }) => sum + paths.length, 0),
    gone,
    looked: looked.length,
    isWhole: rows.length <= MOST_LOOKED_AT,
    items: unhide(found.slice(0, MOST_SHOWN), known),
  };
}

function isHidden(rule: ReturnType<typeof ignoreRule>, difference: Difference): boolean {
  const steps = difference.path
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  const { desired, live, manager, ...rest } = difference;
  return rule.hides(
    { ...rest, ...(manager === undefined ? {} : { manager }) },
    partialObject(steps, desired),
    partialObject(steps, live),
  );
}
