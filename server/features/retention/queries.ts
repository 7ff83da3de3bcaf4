import "server-only";
import type { z } from "zod";
import {
  expiryOf,
  RETENTION_CLASS_NAMES,
  RETENTION_CLASSES,
  type RetentionClass,
} from "#server/engines/retention/retention-classes.ts";
import { erasuresOf } from "#server/features/delivery/index.ts";
import { KEYS_KEPT_SECONDS } from "#server/platform/audit/data-keys.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ActRow } from "./act-rows.ts";
import { chosenEvents } from "./chosen-events.ts";
import { activeHolds, holdOver, holdOverKey } from "./holds.ts";
import { retentionDays } from "./rules.ts";
import type { ErasureSelection } from "./schema.ts";
import type { ErasurePreview, RetentionOverview, RetentionPreview } from "./views.ts";

const MOST_ACTS = 100;
const MOST_KEYS = 240;

/** Everything on the page Retention. */
export async function retentionOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  scopes: ReadonlySet<Scope>,
): Promise<z.input<typeof RetentionOverview>> {
  const [days, rules, active, holds, acts, [wrapKey], keys] = await Promise.all([
    retentionDays(tx, tenant),
    tx.query<{ class: string; saved_by: string; saved_at: Date }>(
      "SELECT class, saved_by, saved_at FROM retention_rule WHERE tenant_id = $1",
      [tenant],
    ),
    activeHolds(tx, tenant),
    holdRows(tx, tenant),
    actRows(tx, tenant),
    tx.query<{
      version: number;
      keeper: string;
      root_version: number;
      origin: string;
      created_at: Date;
    }>(
      "SELECT version, keeper, root_version, origin, created_at FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL",
      [tenant],
    ),
    keyRows(tx, tenant),
  ]);
  const endOf = (key: { class: RetentionClass; period: string }) =>
    expiryOf(key.period, days.get(key.class) ?? 0);
  return {
    asOf: await tx.startedAt(),
    mayManage: scopes.has("runtime.retention.manage"),
    mayRenewKey: scopes.has("runtime.keys.manage"),
    classes: RETENTION_CLASS_NAMES.map((name) => {
      const rule = rules.find((each) => each.class === name);
      const [oldest] = keys
        .filter((key) => key.class === name && !key.destroyed_at)
        .sort((a, b) => (a.period < b.period ? -1 : 1));
      return {
        class: name,
        days: days.get(name) ?? 0,
        leastDays: RETENTION_CLASSES[name].leastDays,
        source: RETENTION_CLASSES[name].source,
        isDefault: !rule,
        savedBy: rule?.saved_by ?? null,
        savedAt: rule?.saved_at ?? null,
        nextEnd: oldest ? endOf(oldest) : null,
        heldBy: (oldest && holdOverKey(active, oldest)?.caseRef) ?? null,
      };
    }),
    holds,
    acts,
    wrapKey: wrapKey
      ? {
          version: wrapKey.version,
          keeper: wrapKey.keeper,
          rootVersion: wrapKey.root_version,
          origin: wrapKey.origin,
          createdAt: wrapKey.created_at,
          cachedSeconds: KEYS_KEPT_SECONDS,
        }
      : null,
    dataKeys: keys.map((key) => ({
      keyId: key.key_id,
      class: key.class,
      period: key.period,
      wrapVersion: key.wrap_version,
      punctures: key.punctures,
      createdAt: key.created_at,
      endsAt: endOf(key),
      destroyedAt: key.destroyed_at,
    })),
  };
}

interface KeyRow {
  [column: string]: unknown;
  key_id: string;
  class: RetentionClass;
  period: string;
  wrap_version: number;
  punctures: number;
  created_at: Date;
  destroyed_at: Date | null;
}

function keyRows(tx: TenantTx, tenant: AuthorizedTenantId): Promise<KeyRow[]> {
  return tx.query<KeyRow>(
    `SELECT key_id, class, period::text AS period, wrap_version, punctures, created_at, destroyed_at
     FROM audit_data_key WHERE tenant_id = $1 ORDER BY period DESC, class LIMIT ${MOST_KEYS}`,
    [tenant],
  );
}

async function holdRows(tx: TenantTx, tenant: AuthorizedTenantId) {
  return tx.query<z.input<typeof RetentionOverview>["holds"][number]>(
    `SELECT h.hold_id AS "holdId", h.case_ref AS "caseRef", h.reason, nullif(h.classes, '{}') AS classes, h.subject, h.actor_ref AS "actorRef",
       h.from_at AS "from", h.until_at AS "until", h.placed_by AS "placedBy", h.placed_at AS "placedAt",
       h.lifted_by AS "liftedBy", h.lifted_at AS "liftedAt", h.lift_reason AS "liftReason",
       EXISTS (SELECT FROM retention_act a WHERE a.tenant_id = $1 AND a.kind = 'hold-lift' AND a.finished_at IS NULL
         AND a.plan ->> 'holdId' = h.hold_id::text) AS "isLiftAsked"
     FROM legal_hold h WHERE h.tenant_id = $1 ORDER BY h.lifted_at DESC NULLS FIRST, h.placed_at DESC LIMIT ${MOST_ACTS}`,
    [tenant],
  );
}

async function actRows(tx: TenantTx, tenant: AuthorizedTenantId) {
  const rows = await tx.query<
    ActRow & {
      [column: string]: unknown;
      events: number | null;
      requested_by: string;
      requested_at: Date;
      finished_at: Date | null;
      trouble: string | null;
    }
  >(
    `SELECT *, CASE WHEN kind = 'erasure' THEN jsonb_array_length(plan -> 'eventIds') END AS events
     FROM retention_act WHERE tenant_id = $1 ORDER BY requested_at DESC LIMIT ${MOST_ACTS}`,
    [tenant],
  );
  const atSinks = await erasuresOf(
    tx,
    tenant,
    rows.map((row) => row.act_id),
  );
  return rows.map((row) => {
    const count = (name: string) =>
      typeof row.outcome?.[name] === "number" ? (row.outcome[name] as number) : null;
    return {
      actId: row.act_id,
      kind: row.kind,
      state: row.state,
      reason: row.reason,
      approvalId: row.approval_id,
      requestedBy: row.requested_by,
      requestedAt: row.requested_at,
      finishedAt: row.finished_at,
      trouble: row.trouble,
      events: row.events,
      payloads: count("payloads"),
      proven: count("proven"),
      broken: count("broken"),
      unsealed: count("unsealed"),
      treeSize: typeof row.outcome?.treeSize === "string" ? row.outcome.treeSize : null,
      copies: placesIn(row.outcome, "redacted"),
      remaining: placesIn(row.outcome, "remaining"),
      sinks: atSinks.filter((each) => each.actId === row.act_id),
    };
  });
}

/** What an erasure found in rows of other features, the most first. */
function placesIn(outcome: ActRow["outcome"], which: "redacted" | "remaining") {
  const copies = outcome?.copies as { [kind: string]: { [place: string]: number } } | undefined;
  return Object.entries(copies?.[which] ?? {})
    .map(([place, rows]) => ({ place, rows }))
    .sort((a, b) => b.rows - a.rows || (a.place < b.place ? -1 : 1));
}

/** What another term would destroy at the next look. */
export async function retentionPreview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: { class: RetentionClass; days: number },
): Promise<z.input<typeof RetentionPreview>> {
  const before = (await retentionDays(tx, tenant)).get(input.class) ?? 0;
  const now = await tx.startedAt();
  const over = (await keyRows(tx, tenant)).filter(
    (key) =>
      key.class === input.class && !key.destroyed_at && expiryOf(key.period, input.days) <= now,
  );
  const holds = await activeHolds(tx, tenant);
  const free = over.filter((key) => !holdOverKey(holds, key));
  const [counted] = await tx.query<{ payloads: number }>(
    "SELECT count(*)::int AS payloads FROM audit_payload WHERE tenant_id = $1 AND key_id = ANY ($2::text[])",
    [tenant, free.map((key) => key.key_id)],
  );
  return {
    days: input.days,
    before,
    needsSecond: input.days < before,
    keys: free.length,
    payloads: counted?.payloads ?? 0,
    heldKeys: over.length - free.length,
  };
}

/** What an erasure would take. */
export async function erasurePreview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  selection: ErasureSelection,
): Promise<z.input<typeof ErasurePreview>> {
  const events = await chosenEvents(tx, tenant, selection);
  const types = new Map<string, number>();
  for (const { type } of events) types.set(type, (types.get(type) ?? 0) + 1);
  const [counted] = await tx.query<{ shredded: number }>(
    `SELECT count(*)::int AS shredded FROM audit_payload
     WHERE tenant_id = $1 AND event_id = ANY ($2::uuid[]) AND starts_with(key_id, 'data-')`,
    [tenant, events.map((event) => event.event_id)],
  );
  return {
    events: events.length,
    types: [...types].sort().map(([type, count]) => ({ type, events: count })),
    shredded: counted?.shredded ?? 0,
    heldBy: holdOver(await activeHolds(tx, tenant), events)?.caseRef ?? null,
  };
}
