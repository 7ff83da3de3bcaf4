import "server-only";
import type { z } from "zod";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { ruleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { filterSql, findByText } from "./binding-filter.ts";
import { microsSql, orderSql, readPageEnd, timeSql, writePageEnd } from "./binding-order.ts";
import {
  type BindingViewRow,
  JOIN_ROTATION,
  JOIN_ROTATION_OF_EACH,
  statusSql,
  VIEW_COLUMNS,
} from "./binding-view-sql.ts";
import { rotationsOf } from "./rotation-history.ts";
import { SqlParams } from "./sql-params.ts";
import type {
  BindingDetailOutput,
  BindingFilter,
  BindingView,
  CountOutput,
  ListBindingsInput,
  ListBindingsOutput,
} from "./views.ts";
import { windowNow } from "./window-now.ts";

/**
 * The tenant's credentials, filtered and sorted; each page goes on after the last one's end, and
 * judges as of the moment of the first.
 */
export async function listBindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: ListBindingsInput,
): Promise<z.input<typeof ListBindingsOutput>> {
  const found = await findByText(tx, input.text);
  const rows = await bindingPage(tx, tenant, input, found);
  const page = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? page.at(-1) : undefined;
  return {
    asOf: await tx.startedAt(),
    bindings: page.map(toBindingView),
    nextCursor: last ? pageEndOf(last) : null,
  };
}

interface PageRow extends BindingViewRow {
  cursor_keys: (string | number | null)[];
  as_of: string;
}

/** One row more than the page holds, when there are more. */
export function bindingPage(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: ListBindingsInput,
  found: readonly string[] | undefined,
): Promise<PageRow[]> {
  const params = new SqlParams([tenant]);
  const order = orderSql(input.sort, input.order);
  const end = input.cursor ? readPageEnd(input.cursor, input.sort) : null;
  const asOf = end ? timeSql(params.add(end.asOf)) : "now()";
  const conditions = [
    "b.tenant_id = $1",
    ...filterSql(input, asOf, params, found),
    ...(end ? [order.after(end, params)] : []),
  ];
  const isWhole = params.values.length === 1;
  const text = `SELECT ${VIEW_COLUMNS}, b.status, b.cursor_keys, ${microsSql(asOf)} AS as_of
     FROM (SELECT b.*, ${statusSql(asOf)} AS status, ${order.cursorColumns}
       FROM secret_binding b WHERE ${conditions.join(" AND ")}
       ORDER BY ${order.orderBy} LIMIT ${isWhole ? Math.trunc(input.limit + 1) : params.add(input.limit + 1)}) b
     ${JOIN_ROTATION_OF_EACH} ORDER BY ${order.orderBy}`;
  // What is narrowed is planned for what it is narrowed by.
  return isWhole ? tx.prepared(text, params.values) : tx.query(text, params.values);
}

/** Where the next page begins. */
export function pageEndOf(row: PageRow): string {
  return writePageEnd({ asOf: row.as_of, keys: row.cursor_keys, bindingId: row.binding_id });
}

/** How many credentials pass a filter. */
export async function countBindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  filter: BindingFilter,
): Promise<z.input<typeof CountOutput>> {
  const params = new SqlParams([tenant]);
  const found = await findByText(tx, filter.text);
  const conditions = ["b.tenant_id = $1", ...filterSql(filter, "now()", params, found)];
  const [row] = await tx.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM secret_binding b WHERE ${conditions.join(" AND ")}`,
    params.values,
  );
  return { asOf: await tx.startedAt(), count: row?.count ?? 0 };
}

/** One credential with its newest rotations, their steps and events. Throws `not_found`. */
export async function bindingDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof BindingDetailOutput>> {
  const [row] = await tx.query<BindingViewRow>(
    `SELECT ${VIEW_COLUMNS}, ${statusSql("now()")} AS status FROM secret_binding b ${JOIN_ROTATION}
     WHERE b.tenant_id = $1 AND b.binding_id = $2`,
    [tenant, bindingId],
  );
  if (!row) throw notFound("secret binding");
  return {
    asOf: await tx.startedAt(),
    binding: toBindingView(row),
    window: await windowNow(tx, tenant, row.environment),
    rotations: await rotationsOf(tx, tenant, bindingId),
  };
}

export function toBindingView(row: BindingViewRow): z.input<typeof BindingView> {
  return {
    bindingId: row.binding_id,
    name: row.name,
    class: row.class,
    environment: row.environment,
    store: row.store,
    path: row.path,
    owner: row.owner,
    region: row.region,
    origin: row.origin,
    leakedAt: row.leaked_at,
    missingSince: row.missing_since,
    rotatorKind: row.rotator.kind,
    rule: row.rule ?? ruleInForce([], row.class),
    status: row.status,
    ageSeconds: row.age_seconds,
    lastRotatedAt: row.last_rotated_at,
    nextRotationAt: row.next_rotation_at,
    limitAt: row.limit_at,
    currentVersion: row.current_version,
    graceSeconds: row.grace_seconds,
    missing: row.rotator.kind === "none" ? row.rotator.missing : null,
    openRotation: row.rotation_id
      ? {
          rotationId: row.rotation_id,
          state: row.rotation_state as RotationState,
          graceUntil: row.grace_until,
          errorText: row.error_text,
        }
      : null,
  };
}
