import "server-only";
import type { z } from "zod";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { ruleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { BINDING_VIEW, type BindingViewRow, RULE_PARAMS, SORT_KEYS } from "./binding-view-sql.ts";
import { rotationsOf } from "./rotation-history.ts";
import type {
  BindingDetailOutput,
  BindingView,
  ListBindingsInput,
  ListBindingsOutput,
  SummaryOutput,
} from "./views.ts";

/** The tenant's credentials, filtered and sorted; each page goes on after the last one's end. */
export async function listBindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: ListBindingsInput,
): Promise<z.input<typeof ListBindingsOutput>> {
  const key = SORT_KEYS[input.sort];
  const isDescending = input.order === "desc";
  const after = input.cursor ? readCursor(input.cursor, key.type) : null;
  const rows = await tx.query<BindingViewRow & { sort_key: string | number }>(
    `${BINDING_VIEW}
     SELECT *, ${key.sql} AS sort_key FROM binding_view
     WHERE ($5::text IS NULL OR position(lower($5) IN lower(name || ' ' || path || ' ' || owner)) > 0)
       AND ($6::text[] IS NULL OR class = ANY ($6))
       AND ($7::text[] IS NULL OR environment = ANY ($7))
       AND ($8::text[] IS NULL OR status = ANY ($8))
       AND ($9::${key.type} IS NULL OR (${key.sql}, binding_id) ${isDescending ? "<" : ">"} ($9::${key.type}, $10::uuid))
     ORDER BY sort_key ${input.order}, binding_id ${input.order} LIMIT $11`,
    [
      tenant,
      ...RULE_PARAMS,
      input.text || null,
      input.classes?.length ? input.classes : null,
      input.environments?.length ? input.environments : null,
      input.statuses?.length ? input.statuses : null,
      after?.key ?? null,
      after?.bindingId ?? null,
      input.limit + 1,
    ],
  );
  const page = rows.slice(0, input.limit);
  const last = rows.length > input.limit ? page.at(-1) : undefined;
  return {
    asOf: await tx.startedAt(),
    bindings: page.map(toBindingView),
    nextCursor: last ? writeCursor(last.sort_key, last.binding_id) : null,
  };
}

/** The strip and the calendar of the dashboard. */
export async function rotationSummary(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof SummaryOutput>> {
  const params = [tenant, ...RULE_PARAMS];
  const [counts] = await tx.query<Record<string, number>>(
    `${BINDING_VIEW}
     SELECT count(*)::int AS total,
       count(*) FILTER (WHERE status = 'overdue')::int AS overdue,
       count(*) FILTER (WHERE status = 'due-soon')::int AS due_soon,
       count(*) FILTER (WHERE status = 'in-grace')::int AS in_grace,
       count(*) FILTER (WHERE status = 'failed')::int AS failed,
       count(*) FILTER (WHERE rotator ->> 'kind' = 'none' AND managed_by IN ('console', 'nobody') AND state <> 'retired')::int AS unmanaged,
       count(*) FILTER (WHERE trigger = 'leaked')::int AS leaked
     FROM binding_view`,
    params,
  );
  const upcoming = await tx.query<{ day: string; count: number }>(
    `WITH today AS (SELECT date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AS at)
     SELECT to_char(day, 'YYYY-MM-DD') AS day, count(b.binding_id)::int AS count
     FROM today CROSS JOIN generate_series(today.at, today.at + interval '89 days', interval '1 day') AS day
     LEFT JOIN secret_binding b ON b.tenant_id = $1 AND b.state <> 'retired'
       AND b.next_rotation_at IS NOT NULL
       AND greatest(date_trunc('day', b.next_rotation_at AT TIME ZONE 'UTC'), today.at) = day
     GROUP BY day ORDER BY day`,
    [tenant],
  );
  return {
    asOf: await tx.startedAt(),
    total: counts?.total ?? 0,
    overdue: counts?.overdue ?? 0,
    dueSoon: counts?.due_soon ?? 0,
    inGrace: counts?.in_grace ?? 0,
    failed: counts?.failed ?? 0,
    unmanaged: counts?.unmanaged ?? 0,
    leaked: counts?.leaked ?? 0,
    upcoming,
  };
}

/** One credential with its newest rotations, their steps and events. Throws `not_found`. */
export async function bindingDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof BindingDetailOutput>> {
  const [row] = await tx.query<BindingViewRow>(
    `${BINDING_VIEW} SELECT * FROM binding_view WHERE binding_id = $5`,
    [tenant, ...RULE_PARAMS, bindingId],
  );
  if (!row) throw notFound("secret binding");
  return {
    asOf: await tx.startedAt(),
    binding: toBindingView(row),
    rotations: await rotationsOf(tx, tenant, bindingId),
  };
}

function toBindingView(row: BindingViewRow): z.input<typeof BindingView> {
  return {
    bindingId: row.binding_id,
    name: row.name,
    class: row.class,
    environment: row.environment,
    store: row.store,
    path: row.path,
    owner: row.owner,
    rotatorKind: row.rotator.kind,
    rule: row.rule ?? ruleInForce([], row.class),
    status: row.status,
    ageSeconds: row.age_seconds,
    lastRotatedAt: row.last_rotated_at,
    nextRotationAt: row.next_rotation_at,
    limitAt: row.limit_at,
    currentVersion: row.current_version,
    graceSeconds: row.grace_seconds,
    missing: row.missing,
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

function writeCursor(key: string | number, bindingId: string): string {
  return Buffer.from(JSON.stringify([key, bindingId])).toString("base64url");
}

function readCursor(cursor: string, type: "text" | "float8") {
  const wrong = () =>
    new AppError("invalid", "cursor: is not one that this list gave", { field: "cursor" });
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (!Array.isArray(parsed) || parsed.length !== 2) throw wrong();
    const [key, bindingId] = parsed as [unknown, unknown];
    const isKey = typeof key === (type === "text" ? "string" : "number");
    const isId = typeof bindingId === "string" && /^[0-9a-f-]{36}$/.test(bindingId);
    if (!isKey || !isId) throw wrong();
    return { key, bindingId };
  } catch {
    throw wrong();
  }
}
