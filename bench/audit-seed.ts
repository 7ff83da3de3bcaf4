import { randomBytes } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { giveKeys } from "./audit-keys.ts";

export const AUDIT_TENANT = "audited";
export const OTHER_TENANTS = ["other-1", "other-2", "other-3", "other-4"];
export const RARE_WORD = "zephyrine";
export const RARE_TICKET = "CHG-471100";

const TYPES = [
  "secrets.rotated",
  "secrets.rotation-requested",
  "secrets.rotation-claimed",
  "secrets.rotation-staged",
  "secrets.rotation-applied",
  "secrets.rotation-grace",
  "access.denied",
  "access.signed-in",
  "deployments.requested",
  "deployments.approved",
  "deployments.claimed",
  "approvals.requested",
  "approvals.reviewed",
  "drift.found",
  "drift.resolved",
  "alerts.raised",
  "policies.saved",
  "elevation.granted",
  "elevation.expired",
  "isolation.checked",
];
const KINDS = [
  "secret-binding",
  "deployment-request",
  "session",
  "approval-request",
  "drift-finding",
];
const REGIONS = ["muscat", "salalah", "sohar", "duqm", "nizwa"];
const DAY_MILLIS = 86_400_000;
const BATCH = 2_000;

/** Numbers that come again in every run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Writes `count` events of a tenant as they are always written: real envelopes and payloads over 90 days,
 * encrypted under the tenant's keys; five of them have the rare word. They wait to be sealed. A clear copy of the words of
 * `AUDIT_TENANT` stands beside them for the statements by hand. Triggers and foreign keys rest meanwhile:
 * the rows are what they would let pass.
 */
export async function seedTenant(client: pg.Client, tenant: string, count: number): Promise<void> {
  const { actorReference } = await import("#server/platform/audit/payload-cipher.ts");
  const { commitTo, sealEvent } = await import("#server/platform/audit/event-cipher.ts");
  const begin = Date.now() - 90 * DAY_MILLIS;
  await giveKeys(client, tenant, new Date(begin));
  await client.query("SET synchronous_commit = off");
  await client.query("SET session_replication_role = replica");
  const random = randomOf(tenant.length * 7_919 + count);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * random() * of.length)] as T;
  const words = Array.from({ length: 4_000 }, (_, at) => `w${(at * 7_919 + 13).toString(36)}`);
  const actors = Array.from({ length: 200 }, (_, at) => `officer ${words[at]}`);
  const rare = new Set(Array.from({ length: 5 }, (_, at) => Math.floor((count * (at + 0.4)) / 5)));
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, place) => {
      const number = from + place;
      const at = new Date(begin + Math.floor((number * 89.9 * DAY_MILLIS) / count));
      const id = uuidAt(at, number);
      const name = pick(actors);
      const kind = random() < 0.6 ? "worker" : "user";
      const payload: JsonValue = {
        reason: `${Array.from({ length: 8 }, () => pick(words)).join(" ")}${rare.has(number) ? ` ${RARE_WORD}` : ""}`,
        region: pick(REGIONS),
        ticket: rare.has(number) ? RARE_TICKET : `CHG-${number % 400_000}`,
        rotationId: uuidv7(),
        actor: { kind, name },
      };
      const committed = commitTo(payload);
      const type = `runtime.${pick(TYPES)}`;
      const subject = `${pick(KINDS)}/${Math.floor(random() * 20_000)}`;
      const outcome = random() < 0.03 ? "denied" : random() < 0.02 ? "failed" : "succeeded";
      const actorRef = actorReference(tenant, kind, name);
      const traceId = randomBytes(16).toString("hex");
      const envelope = canonicalJson({
        specversion: "1.0",
        id,
        source: `//bench/${tenant}`,
        type,
        subject,
        time: at.toISOString(),
        traceparent: `00-${traceId}-0000000000000001-01`,
        tenant,
        principal: actorRef,
        principalkind: kind,
        outcome,
        payloadcommitment: committed.commitment.toString("hex"),
      });
      const sealed = sealEvent(tenant, { eventId: id, type, at, envelope }, committed);
      return {
        id,
        at,
        type,
        subject,
        outcome,
        kind,
        actorRef,
        traceId,
        envelope,
        commitment: committed.commitment,
        sealed,
        payload,
      };
    });
    await client.query(INSERT, [
      tenant,
      rows.map((row) => row.id),
      rows.map((row) => row.type),
      rows.map((row) => row.subject),
      rows.map((row) => row.outcome),
      rows.map((row) => row.kind),
      rows.map((row) => row.actorRef),
      rows.map((row) => row.traceId),
      rows.map((row) => row.at),
      rows.map((row) => row.envelope),
      rows.map((row) => row.commitment),
      rows.map((row) => row.sealed.keyId),
      rows.map((row) => row.sealed.ciphertext),
    ]);
    if (tenant !== AUDIT_TENANT) continue;
    await client.query(
      `INSERT INTO clear_text SELECT id, at, region, ticket, to_tsvector('simple', words)
         FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[]) AS t (id, at, region, ticket, words)`,
      [
        rows.map((row) => row.id),
        rows.map((row) => row.at),
        rows.map((row) => (row.payload as { region: string }).region),
        rows.map((row) => (row.payload as { ticket: string }).ticket),
        rows.map(
          (row) =>
            `${row.type} ${row.subject} ${Object.values(row.payload as object)
              .slice(0, 4)
              .join(" ")}`,
        ),
      ],
    );
  }
  await client.query(
    "INSERT INTO audit_pending (tenant_id, event_id, recorded_at) SELECT tenant_id, event_id, recorded_at FROM audit_event WHERE tenant_id = $1",
    [tenant],
  );
  await client.query("SET session_replication_role = DEFAULT");
}

/** A UUIDv7 of that time; the number keeps the order within one. */
function uuidAt(at: Date, number: number): string {
  const time = at.getTime().toString(16).padStart(12, "0");
  const rest = (number % 0xfff).toString(16).padStart(3, "0");
  const tail = randomBytes(8).toString("hex");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest}-8${tail.slice(1, 4)}-${tail.slice(4)}`.padEnd(
    36,
    "0",
  );
}

const INSERT = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::bytea[])
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext)
  SELECT $1, * FROM unnest($2::uuid[], $12::text[], $13::bytea[])`;
