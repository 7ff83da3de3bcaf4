import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { payloadsOf } from "./opened-payloads.ts";
import { INCIDENT_SOURCES } from "./schema.ts";
import type { IncidentEvent, IncidentSourceView } from "./views.ts";

const MOST = 300;

/** Steps of the machinery, which say nothing that the states do not. */
const NOISE = [
  "runtime.secrets.rotation-claimed",
  "runtime.secrets.rotation-step-begun",
  "runtime.secrets.consumers-observed",
  "runtime.incidents.pursued",
  "runtime.incidents.sources-asked",
];

interface EventRow {
  [column: string]: unknown;
  event_id: string;
  type: string;
  outcome: string;
  actor_kind: string;
  recorded_at: Date;
  is_sealed: boolean;
}

/** The newest 300 events of these subjects since a time, oldest first, without the machinery's own. */
export async function eventsSince(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  asked: { subjects: readonly string[]; since: Date; actorKinds: readonly string[] | null },
): Promise<z.input<typeof IncidentEvent>[]> {
  const rows = await tx.query<EventRow>(
    `SELECT e.event_id, e.type, e.outcome, e.actor_kind, e.recorded_at, EXISTS (
       SELECT FROM audit_leaf l WHERE l.tenant_id = e.tenant_id AND l.event_id = e.event_id) AS is_sealed
     FROM audit_event e
     WHERE e.tenant_id = $1 AND e.subject = ANY ($2) AND e.recorded_at >= $3 AND e.type <> ALL ($4)
       AND ($5::text[] IS NULL OR e.actor_kind = ANY ($5))
     ORDER BY e.recorded_at DESC, e.event_id DESC LIMIT ${MOST}`,
    [tenant, asked.subjects, asked.since, NOISE, asked.actorKinds],
  );
  const payloads = await payloadsOf(
    tx,
    tenant,
    rows.map((row) => row.event_id),
  );
  return rows.reverse().map((row) => {
    const payload = payloads.get(row.event_id) ?? {};
    return {
      eventId: row.event_id,
      at: row.recorded_at,
      type: row.type,
      outcome: row.outcome,
      actorKind: row.actor_kind,
      actorName: nameOf(payload.actor),
      note: firstText(payload.note, payload.reason, payload.errorText, payload.findings),
      isSealed: row.is_sealed,
    };
  });
}

interface Answer {
  source: string;
  findings: { name: string; detail: string; human: "yes" | "no" | "unknown" }[];
}

/** Every source with all that it ever told of an incident; one that was never asked is named too. */
export async function sourcesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  incidentId: string,
): Promise<z.input<typeof IncidentSourceView>[]> {
  const rows = await tx.query<{
    source: string;
    state: "read" | "unknown";
    reason: string;
    looked_at: Date;
  }>(
    "SELECT source, state, reason, looked_at FROM incident_source WHERE tenant_id = $1 AND incident_id = $2",
    [tenant, incidentId],
  );
  const events = await tx.query<{ event_id: string; recorded_at: Date }>(
    `SELECT event_id, recorded_at FROM audit_event WHERE tenant_id = $1 AND subject = $2
       AND type = 'runtime.incidents.sources-asked' ORDER BY recorded_at, event_id LIMIT ${MOST}`,
    [tenant, `leak-incident/${incidentId}`],
  );
  const payloads = await payloadsOf(
    tx,
    tenant,
    events.map((event) => event.event_id),
  );
  return INCIDENT_SOURCES.map((source) => {
    const row = rows.find((each) => each.source === source);
    const told = new Map<string, z.input<typeof IncidentSourceView>["findings"][number]>();
    for (const { event_id: eventId, recorded_at: at } of events) {
      const answers = (payloads.get(eventId)?.answers ?? []) as Answer[];
      const answer = answers.find((each) => each.source === source);
      for (const { name, detail, human } of answer?.findings ?? []) {
        const before = told.get(`${name}\0${detail}`);
        const firstSeenAt = before?.firstSeenAt ?? at;
        told.set(`${name}\0${detail}`, { name, detail, human, firstSeenAt, lastSeenAt: at });
      }
    }
    return {
      source,
      state: row?.state ?? ("not-asked" as const),
      reason: row?.reason ?? "",
      lookedAt: row?.looked_at ?? null,
      findings: [...told.values()],
    };
  });
}

function nameOf(actor: unknown): string | null {
  const { name, subject, component } = (actor ?? {}) as Record<string, unknown>;
  return firstText(name, subject, component);
}

function firstText(...texts: unknown[]): string | null {
  return texts.find((text): text is string => typeof text === "string" && text !== "") ?? null;
}
