import { parseCursor } from "./event-cursor.ts";
import type { AuditFilter } from "./schema.ts";

/** Conditions on `audit_event`, with their parameters: joined by AND, the tenant always first. */
export interface EventConditions {
  sql: string;
  params: unknown[];
}

/** Only conditions that are asked for, so that each shape of query gets the index that fits it. */
export function eventConditions(
  tenant: string,
  filter: AuditFilter & { cursor?: string | undefined },
): EventConditions {
  const params: unknown[] = [tenant];
  const terms = ["tenant_id = $1"];
  const add = (value: unknown, term: (place: string) => string): void => {
    if (value === undefined) return;
    params.push(value);
    terms.push(term(`$${params.length}`));
  };
  add(filter.types, (p) => `type = ANY(${p}::text[])`);
  add(filter.outcomes, (p) => `outcome = ANY(${p}::text[])`);
  add(filter.actorKinds, (p) => `actor_kind = ANY(${p}::text[])`);
  add(filter.subject, (p) => `subject = ${p}`);
  add(filter.actorRef, (p) => `actor_ref = ${p}`);
  add(filter.traceId, (p) => `trace_id = ${p}`);
  add(filter.from, (p) => `recorded_at >= ${p}`);
  add(filter.until, (p) => `recorded_at < ${p}`);
  if (filter.cursor !== undefined) {
    const { recordedAtMicros, eventId } = parseCursor(filter.cursor);
    params.push(recordedAtMicros, eventId);
    const [at, id] = [`$${params.length - 1}`, `$${params.length}`];
    terms.push(
      `(recorded_at, event_id) < ('epoch'::timestamptz + ${at}::bigint * interval '1 microsecond', ${id}::uuid)`,
    );
  }
  return { sql: terms.join(" AND "), params };
}
