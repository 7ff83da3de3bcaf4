import "server-only";
import type { z } from "zod";
import type { Scope } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { payloadsOf } from "../leaks/opened-payloads.ts";
import type { RequestedBy } from "../schema.ts";
import type { ConsumersOutput, ConsumerView, OldUseView } from "./schema.ts";

interface RotationOf {
  [column: string]: unknown;
  rotation_id: string;
  state: string;
  looked_at: Date | null;
  held_code: "old_value_in_use" | "consumers_unknown" | null;
  held_since: Date | null;
  overridden_at: Date | null;
  overridden_by: RequestedBy | null;
  override_event_id: string | null;
}

/**
 * Who uses a credential and whether each has moved, and what its target tells of the old value in
 * the newest rotation; who has sessions is for those who may see incidents. Throws `not_found`.
 */
export async function consumersOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
  scopes: ReadonlySet<Scope>,
): Promise<z.input<typeof ConsumersOutput>> {
  const [binding] = await tx.query(
    "SELECT 1 FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  if (!binding) throw notFound("secret binding");
  const [rotation] = await tx.query<RotationOf>(
    `SELECT r.rotation_id, r.state, w.looked_at, w.held_code, w.held_since, w.overridden_at,
       w.overridden_by, w.override_event_id
     FROM rotation r
     LEFT JOIN rotation_watch w ON w.tenant_id = r.tenant_id AND w.rotation_id = r.rotation_id
     WHERE r.tenant_id = $1 AND r.binding_id = $2 ORDER BY r.created_at DESC LIMIT 1`,
    [tenant, bindingId],
  );
  const maySee = scopes.has("runtime.incidents.read");
  return {
    asOf: await tx.startedAt(),
    consumers: await consumerRows(tx, tenant, bindingId),
    incident: maySee ? await openIncident(tx, tenant, bindingId) : null,
    may: {
      override: scopes.has("runtime.secrets.override"),
      markLeaked: scopes.has("runtime.incidents.manage"),
    },
    rotation: rotation ? await rotationPart(tx, tenant, rotation, maySee) : null,
  };
}

async function openIncident(tx: TenantTx, tenant: AuthorizedTenantId, bindingId: string) {
  const [row] = await tx.query<{ incidentId: string; state: string }>(
    `SELECT incident_id AS "incidentId", state FROM leak_incident
     WHERE tenant_id = $1 AND binding_id = $2 AND state <> 'closed' ORDER BY incident_id DESC LIMIT 1`,
    [tenant, bindingId],
  );
  return row ?? null;
}

export async function consumerRows(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof ConsumerView>[]> {
  const rows = await tx.query<ConsumerRow>(
    `SELECT consumer_id AS "consumerId", kind, cluster, namespace, name, state, reason,
       state_since AS "stateSince", seen_version AS "seenVersion", seen_at AS "seenAt", checked_at AS "checkedAt",
       refresh_due_at AS "refreshDueAt", fetch_at, fetch_error_code,
       CASE WHEN fetch_rotation_id = (SELECT r.rotation_id FROM rotation r
         WHERE r.tenant_id = $1 AND r.binding_id = $2 ORDER BY r.created_at DESC LIMIT 1) THEN fetch_state END AS fetch_state
     FROM secret_consumer WHERE tenant_id = $1 AND binding_id = $2 AND gone_at IS NULL
     ORDER BY state DESC, kind, cluster, namespace, name LIMIT 500`,
    [tenant, bindingId],
  );
  return rows.map(({ fetch_state: state, fetch_at: at, fetch_error_code: errorCode, ...row }) => ({
    ...row,
    fetch: state && at ? { state, at, errorCode } : null,
  }));
}

interface ConsumerRow extends Omit<z.input<typeof ConsumerView>, "fetch"> {
  [column: string]: unknown;
  fetch_state: NonNullable<z.input<typeof ConsumerView>["fetch"]>["state"] | null;
  fetch_at: Date | null;
  fetch_error_code: string | null;
}

/** What targets told of the old value in one rotation. */
export async function oldUsesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotationId: string,
  mayKnowUsers: boolean,
): Promise<z.input<typeof OldUseView>[]> {
  const uses = await tx.query<Omit<z.input<typeof OldUseView>, "users"> & { event_id: string }>(
    `SELECT source, state, reason, uses, last_used_at AS "lastUsedAt", ends_at AS "endsAt", held_by AS "heldBy",
       checked_at AS "checkedAt", event_id
     FROM old_value_use WHERE tenant_id = $1 AND rotation_id = $2 ORDER BY source`,
    [tenant, rotationId],
  );
  const payloads = await payloadsOf(
    tx,
    tenant,
    mayKnowUsers ? uses.map((use) => use.event_id) : [],
  );
  return uses.map(({ event_id: eventId, ...use }) => {
    const told = payloads.get(eventId)?.oldUses as ToldUse[] | undefined;
    const users = told?.find(({ source }) => source === use.source)?.users ?? [];
    return { ...use, users: users.map(({ application, address }) => ({ application, address })) };
  });
}

interface ToldUse {
  source: string;
  users: { application: string; address: string }[];
}

async function rotationPart(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  row: RotationOf,
  mayKnowUsers: boolean,
): Promise<NonNullable<z.input<typeof ConsumersOutput>["rotation"]>> {
  const { held_code: code, held_since: since, overridden_at: at, overridden_by: by } = row;
  const eventIds = row.override_event_id ? [row.override_event_id] : [];
  const payloads = await payloadsOf(tx, tenant, eventIds);
  const reason = payloads.get(row.override_event_id ?? "")?.reason;
  const isHeld = row.state === "grace" && code !== null && since !== null;
  return {
    rotationId: row.rotation_id,
    lookedAt: row.looked_at,
    oldUses: await oldUsesOf(tx, tenant, row.rotation_id, mayKnowUsers),
    held: isHeld ? { code, since } : null,
    overridden: at && by ? { at, by, reason: typeof reason === "string" ? reason : null } : null,
    mayOverride: isHeld && at === null,
  };
}
