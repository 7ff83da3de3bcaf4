import "server-only";
import type { z } from "zod";
import { ROLE_SCOPES, ROLES } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { consumerRows, oldUsesOf } from "../consumers/consumers-query.ts";
import type { SecretClass } from "../rules.ts";
import type { RequestedBy } from "../schema.ts";
import { eventsSince, sourcesOf } from "./incident-events.ts";
import { payloadsOf } from "./opened-payloads.ts";
import type { IncidentView } from "./views.ts";

interface Row {
  [column: string]: unknown;
  incident_id: string;
  binding_id: string;
  state: "open" | "contained" | "closed";
  leaked_version: number | null;
  exposed_from: Date | null;
  opened_at: Date;
  opened_by: RequestedBy;
  event_id: string;
  proof_rotation_id: string | null;
  closed_at: Date | null;
  closed_by: RequestedBy | null;
  close_event_id: string | null;
  rotation_id: string | null;
  rotation_state: string | null;
  error_text: string | null;
  approval_id: string | null;
  name: string;
  class: SecretClass;
  environment: "dev" | "test" | "staging" | "prod";
  store: string;
  path: string;
  owner: string;
  current_version: number | null;
}

/** Everything about one incident, as its page and its report show it. Throws `not_found`. */
export async function incidentView(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  incidentId: string,
): Promise<z.input<typeof IncidentView>> {
  const [row] = await tx.query<Row>(
    `SELECT i.*, r.state AS rotation_state, r.error_text, r.approval_id,
       b.name, b.class, b.environment, b.store, b.path, b.owner, b.current_version
     FROM leak_incident i
     JOIN secret_binding b ON b.tenant_id = i.tenant_id AND b.binding_id = i.binding_id
     LEFT JOIN rotation r ON r.tenant_id = i.tenant_id AND r.rotation_id = i.rotation_id
     WHERE i.tenant_id = $1 AND i.incident_id = $2`,
    [tenant, incidentId],
  );
  if (!row) throw notFound("leak incident");
  const { binding_id: bindingId, rotation_id: rotationId } = row;
  const eventIds = [row.event_id, ...(row.close_event_id ? [row.close_event_id] : [])];
  const payloads = await payloadsOf(tx, tenant, eventIds);
  const closing = payloads.get(row.close_event_id ?? "");
  const subjects = [`leak-incident/${incidentId}`, `secret-binding/${bindingId}`];
  return {
    asOf: await tx.startedAt(),
    incidentId,
    state: row.state,
    credential: {
      bindingId,
      name: row.name,
      class: row.class,
      environment: row.environment,
      store: row.store,
      path: row.path,
      owner: row.owner,
      currentVersion: row.current_version,
    },
    leakedVersion: row.leaked_version,
    exposedFrom: row.exposed_from,
    openedAt: row.opened_at,
    openedBy: row.opened_by,
    reason: text(payloads.get(row.event_id)?.reason),
    rotation:
      rotationId && row.rotation_state
        ? {
            rotationId,
            state: row.rotation_state,
            errorText: row.error_text,
            approvalId: row.approval_id,
          }
        : null,
    proof: await proofOf(tx, tenant, row.proof_rotation_id),
    closing:
      row.closed_at && row.closed_by
        ? {
            at: row.closed_at,
            by: row.closed_by,
            findings: text(closing?.findings),
            proofByHand: text(closing?.proofByHand),
          }
        : null,
    timeline: await eventsSince(tx, tenant, { subjects, since: row.opened_at, actorKinds: null }),
    consoleUses: await eventsSince(tx, tenant, {
      subjects: subjects.slice(1),
      since: row.exposed_from ?? new Date(0),
      actorKinds: ["user", "service"],
    }),
    sources: await sourcesOf(tx, tenant, incidentId),
    consumers: await consumerRows(tx, tenant, bindingId),
    oldUses: rotationId ? await oldUsesOf(tx, tenant, rotationId, true) : [],
    consoleRoles: consoleRoles(),
  };
}

/** The step at which the leaked value was refused. */
async function proofOf(tx: TenantTx, tenant: AuthorizedTenantId, rotationId: string | null) {
  if (!rotationId) return null;
  const [step] = await tx.query<{ at: Date; note: string; event_id: string; is_sealed: boolean }>(
    `SELECT s.at, s.note, s.event_id, EXISTS (
       SELECT FROM audit_leaf l WHERE l.tenant_id = s.tenant_id AND l.event_id = s.event_id) AS is_sealed
     FROM rotation_step s WHERE s.tenant_id = $1 AND s.rotation_id = $2 AND s.state_to = 'verified_dead'
     ORDER BY s.step_no DESC LIMIT 1`,
    [tenant, rotationId],
  );
  if (!step) return null;
  return { at: step.at, note: step.note, eventId: step.event_id, isSealed: step.is_sealed };
}

function consoleRoles() {
  return ROLES.filter((role) => ROLE_SCOPES[role].includes("runtime.secrets.read")).map((role) => ({
    role,
    mayRotate: ROLE_SCOPES[role].includes("runtime.secrets.rotate"),
    mayOverride: ROLE_SCOPES[role].includes("runtime.secrets.override"),
  }));
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
