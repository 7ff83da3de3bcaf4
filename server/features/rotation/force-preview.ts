import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { filterSql, findByText } from "./binding-filter.ts";
import { type ForcePreview, MOST_AT_ONCE, type OBSTACLES } from "./bulk-schema.ts";
import { approvalRequirement } from "./rotation-approval.ts";
import type { BindingRow } from "./rotation-rows.ts";
import { AutomaticRotator } from "./schema.ts";
import { SqlParams } from "./sql-params.ts";
import type { BindingFilter } from "./views.ts";
import { windowNow } from "./window-now.ts";

interface Group {
  [column: string]: unknown;
  class: BindingRow["class"];
  environment: BindingRow["environment"];
  kind: string;
  obstacle: (typeof OBSTACLES)[number] | null;
  count: number;
}

/** Says, before anything is started, what forcing the rotation of all that a filter finds would do. */
export async function forcePreview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  filter: BindingFilter,
): Promise<z.input<typeof ForcePreview>> {
  const params = new SqlParams([tenant]);
  const found = await findByText(tx, filter.text);
  const conditions = ["b.tenant_id = $1", ...filterSql(filter, "now()", params, found)].join(
    " AND ",
  );
  const kinds = params.add(AutomaticRotator.options.map((option) => option.shape.kind.value));
  const obstacle = `CASE WHEN b.state = 'retired' THEN 'retired'
    WHEN b.rotator ->> 'kind' <> ALL (${kinds}::text[]) THEN 'not-automatic'
    WHEN b.rotation_state <> 'orphaned' THEN 'running'
    WHEN b.standing = 'missing' THEN 'missing' END`;
  const groups = await tx.query<Group>(
    `SELECT b.class, b.environment, b.rotator ->> 'kind' AS kind, ${obstacle} AS obstacle, count(*)::int AS count
     FROM secret_binding b WHERE ${conditions} GROUP BY 1, 2, 3, 4`,
    params.values,
  );
  const ids = await tx.query<{ binding_id: string }>(
    `SELECT b.binding_id FROM secret_binding b WHERE ${conditions} AND (${obstacle}) IS NULL LIMIT ${MOST_AT_ONCE + 1}`,
    params.values,
  );
  const isTooMany = ids.length > MOST_AT_ONCE;
  const rotatable = groups.filter((group) => group.obstacle === null);
  const approved = new Set<Group>();
  for (const group of rotatable) {
    const like = { class: group.class, rotator: { kind: group.kind } } as BindingRow;
    if (await approvalRequirement(tx, like)) approved.add(group);
  }
  const closed = new Set<string>();
  for (const environment of new Set(rotatable.map((group) => group.environment))) {
    if (!(await windowNow(tx, tenant, environment)).isOpen) closed.add(environment);
  }
  const sum = (of: readonly Group[]) => of.reduce((total, { count }) => total + count, 0);
  return {
    asOf: await tx.startedAt(),
    matching: sum(groups),
    rotatable: sum(rotatable),
    needApproval: sum([...approved]),
    outsideWindow: sum(rotatable.filter((group) => closed.has(group.environment))),
    isTooMany,
    byClass: [...new Set(groups.map((group) => group.class))].sort().map((secretClass) => {
      const own = groups.filter((group) => group.class === secretClass);
      const whys = [...new Set(own.flatMap((group) => group.obstacle ?? []))].sort();
      return {
        class: secretClass,
        matching: sum(own),
        rotatable: sum(own.filter((group) => group.obstacle === null)),
        needApproval: sum(own.filter((group) => approved.has(group))),
        obstacles: whys.map((why) => ({
          why,
          count: sum(own.filter((group) => group.obstacle === why)),
        })),
      };
    }),
    bindingIds: isTooMany ? [] : ids.map((row) => row.binding_id),
  };
}
