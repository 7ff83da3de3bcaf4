import "server-only";
import { leafHash } from "#server/engines/merkle/hashing.ts";
import { periodOf, retentionClassOf } from "#server/engines/retention/retention-classes.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { readPayload, type StoredPayload } from "../event-payload.ts";
import type { RowReader } from "./stored-log-files.ts";

interface EventRow extends StoredPayload {
  event_id: string;
  type: string;
  subject: string;
  outcome: string;
  actor_kind: string;
  actor_ref: string;
  trace_id: string;
  recorded_at: Date;
  envelope: string;
  commitment: Buffer;
  leaf_index: string | null;
  leaf_hash: Buffer | null;
  queued_at: Date | null;
}

/** What an envelope says again in columns. */
type Signed = Partial<
  Record<
    | "id"
    | "type"
    | "subject"
    | "outcome"
    | "principalkind"
    | "principal"
    | "traceparent"
    | "time"
    | "payloadcommitment"
    | "tenant",
    unknown
  >
>;

const BATCH = 500;

export interface EventsPart {
  faults: string[];
  /** The last event that was looked at; null after the last of all. */
  next: string | null;
  looked: number;
}

/**
 * What is wrong with events one by one: columns beside the signed envelope, payloads beside their
 * commitment, leaves and the queue beside the events; payloads and queued rows that are of no event. A
 * batch of events after `after` and up to `until`, in the order of their ids. `size` is that of the newest
 * signed head that these rows have.
 */
export async function eventFaults(
  rows: RowReader,
  tenant: AuthorizedTenantId,
  { size, after, until }: { size: bigint; after: string | null; until: string },
  gone: GoneReader,
): Promise<EventsPart> {
  const events = await rows.query<EventRow>(
    `SELECT e.event_id, e.type, e.subject, e.outcome, e.actor_kind, e.actor_ref, e.trace_id, e.recorded_at, e.envelope,
       e.commitment, p.key_id, p.salt, p.ciphertext, l.leaf_index, l.leaf_hash, q.recorded_at AS queued_at
     FROM audit_event e
     LEFT JOIN audit_payload p ON p.tenant_id = e.tenant_id AND p.event_id = e.event_id
     LEFT JOIN audit_leaf l ON l.tenant_id = e.tenant_id AND l.event_id = e.event_id
     LEFT JOIN audit_pending q ON q.tenant_id = e.tenant_id AND q.event_id = e.event_id
     WHERE e.tenant_id = $1 AND ($2::uuid IS NULL OR e.event_id > $2) AND e.event_id <= $3
     ORDER BY e.event_id LIMIT $4`,
    [tenant, after, until, BATCH],
  );
  const judge = (known: Gone) =>
    events.flatMap((event) => {
      const place = event.leaf_index === null ? "unsealed" : `entry ${event.leaf_index}`;
      return [...faultsOf(event, tenant, size, known)].map(
        (fault) => `event ${event.event_id} (${place}): ${fault}`,
      );
    });
  let faults = judge(gone.known);
  // What was destroyed since is told by the same state of the rows that misses it.
  if (faults.length > 0) faults = judge(await gone.read(rows, tenant, size));
  const last = events.length < BATCH ? null : (events.at(-1)?.event_id ?? null);
  faults.push(...(await strays(rows, tenant, after, last)));
  return { faults, next: last, looked: events.length };
}

/** What was destroyed on purpose: its content is missing, and its proof holds. */
interface Gone {
  /** Keys of a tenant that was offboarded. */
  keys: ReadonlySet<string>;
  /** Events, and `class|month`, that sealed records of retention name. */
  events: ReadonlySet<string>;
  periods: ReadonlySet<string>;
}

/** What the log says of its own destructions, as it was last read: it only grows. */
export class GoneReader {
  known: Gone = { keys: new Set(), events: new Set(), periods: new Set() };

  async read(rows: RowReader, tenant: AuthorizedTenantId, size: bigint): Promise<Gone> {
    this.known = await whatIsGone(rows, tenant, size);
    return this.known;
  }
}

/**
 * Only what the log itself says counts, by a sealed event whose payload is intact: a row of the tables that tells of
 * an erasure could have been put there by whoever took the payload away.
 */
async function whatIsGone(
  rows: RowReader,
  tenant: AuthorizedTenantId,
  size: bigint,
): Promise<Gone> {
  const keys = await rows.query<{ key_id: string }>(
    `SELECT key_id FROM tenant_key WHERE tenant_id = $1 AND wrapped IS NULL
     UNION ALL SELECT d.key_id FROM audit_data_key d WHERE d.tenant_id = $1 AND d.wrapped IS NULL
       AND EXISTS (SELECT FROM tenant_key k WHERE k.tenant_id = $1 AND k.wrapped IS NULL)`,
    [tenant],
  );
  const records = await rows.query<EventRow>(
    `SELECT e.event_id, e.envelope, e.commitment, p.key_id, p.salt, p.ciphertext, l.leaf_hash FROM audit_event e
     JOIN audit_payload p ON p.tenant_id = e.tenant_id AND p.event_id = e.event_id
     JOIN audit_leaf l ON l.tenant_id = e.tenant_id AND l.event_id = e.event_id AND l.leaf_index < $2::bigint
     WHERE e.tenant_id = $1 AND e.type = 'runtime.retention.destroyed'`,
    [tenant, size.toString()],
  );
  const told = records.flatMap((record) => {
    const hash = Buffer.from(leafHash(Buffer.from(record.envelope)));
    const said = JSON.parse(record.envelope) as Signed;
    const commitment = Buffer.from(String(said.payloadcommitment), "hex");
    const { payload } = readPayload(tenant, record.event_id, record, commitment);
    const isSealed = record.leaf_hash !== null && hash.equals(record.leaf_hash);
    const isRecord = said.type === "runtime.retention.destroyed";
    return isSealed && isRecord ? [payload as unknown as Record<string, unknown> | null] : [];
  });
  const texts = (name: string) =>
    told.flatMap((each) => (Array.isArray(each?.[name]) ? (each[name] as string[]) : []));
  return {
    keys: new Set(keys.map((key) => key.key_id)),
    events: new Set(texts("eventIds")),
    periods: new Set(texts("periods")),
  };
}

function isGone(event: EventRow, gone: Gone): boolean {
  const period = `${retentionClassOf(event.type)}|${periodOf(event.recorded_at)}`;
  return (
    gone.events.has(event.event_id) ||
    gone.periods.has(period) ||
    (event.key_id === null ? gone.keys.size > 0 : gone.keys.has(event.key_id))
  );
}

function* faultsOf(
  event: EventRow,
  tenant: AuthorizedTenantId,
  size: bigint,
  gone: Gone,
): Generator<string> {
  let signed: Signed = {};
  try {
    signed = JSON.parse(event.envelope) as Signed;
  } catch {
    yield "the envelope is no JSON";
  }
  const columns: Record<string, [stored: string, signed: unknown]> = {
    id: [event.event_id, signed.id],
    type: [event.type, signed.type],
    subject: [event.subject, signed.subject],
    outcome: [event.outcome, signed.outcome],
    "kind of actor": [event.actor_kind, signed.principalkind],
    actor: [event.actor_ref, signed.principal],
    trace: [event.trace_id, String(signed.traceparent ?? "").split("-")[1] ?? ""],
    time: [event.recorded_at.toISOString(), signed.time],
    commitment: [event.commitment.toString("hex"), signed.payloadcommitment],
    tenant: [tenant, signed.tenant],
  };
  for (const [name, [stored, expected]] of Object.entries(columns)) {
    if (stored !== expected) yield `its ${name} is stored otherwise than in the envelope`;
  }
  const hasPayload = event.key_id !== null;
  const payload = readPayload(tenant, event.event_id, event, event.commitment);
  if (!hasPayload) {
    if (!isGone(event, gone)) yield "its payload is missing";
  } else if (payload.state !== "intact" && !isGone(event, gone)) {
    yield `its payload is ${payload.state}`;
  }
  if (event.leaf_index === null) {
    if (event.queued_at === null) yield "it is neither sealed nor waiting to be";
    else if (event.queued_at.getTime() !== event.recorded_at.getTime()) {
      yield "it waits with another time than its own";
    }
    return;
  }
  if (event.queued_at !== null) yield "it is sealed, and queued again";
  if (BigInt(event.leaf_index) >= size) yield "its leaf lies beyond what was signed";
  if (
    event.leaf_hash &&
    !Buffer.from(leafHash(Buffer.from(event.envelope))).equals(event.leaf_hash)
  ) {
    yield "its leaf has another hash";
  }
}

/** Payloads and queued rows between two events, or after the last one, that no event belongs to. */
async function strays(
  rows: RowReader,
  tenant: string,
  after: string | null,
  last: string | null,
): Promise<string[]> {
  const between = (alias: string) => `${alias}.tenant_id = $1
    AND ($2::uuid IS NULL OR ${alias}.event_id > $2) AND ($3::uuid IS NULL OR ${alias}.event_id <= $3)
    AND NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.tenant_id = $1 AND e.event_id = ${alias}.event_id)`;
  const found = await rows.query<{ what: string }>(
    `SELECT 'payload ' || p.event_id AS what FROM audit_payload p WHERE ${between("p")}
     UNION ALL SELECT 'queued ' || q.event_id FROM audit_pending q WHERE ${between("q")}
     LIMIT 100`,
    [tenant, after, last],
  );
  return found.map(({ what }) => `${what} is of no event`);
}
