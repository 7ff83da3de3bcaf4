import { randomBytes } from "node:crypto";
import pg from "pg";
import { uuidv7 } from "uuidv7";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";

export const EVIDENCE_TENANT = "proved";
const TYPES = ["runtime.secrets.rotated", "runtime.access.denied", "runtime.drift.found"];
const REGIONS = ["muscat", "salalah", "sohar", "duqm"];
const BATCH = 2_000;

/** So many events of one tenant with real envelopes and payloads, encrypted as always; they wait to be sealed. */
export async function seedEvidence(superuserUrl: string, events: number): Promise<void> {
  const { commitTo, sealEvent } = await import("#server/platform/audit/event-cipher.ts");
  const { keepTenantKeys } = await import("#server/platform/audit/tenant-keys.ts");
  keepTenantKeys(EVIDENCE_TENANT, []);
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query("SET synchronous_commit = off");
  await client.query(
    "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1)",
    [EVIDENCE_TENANT],
  );
  const begin = Date.now() - 30 * 86_400_000;
  for (let from = 0; from < events; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, events - from) }, (_, place) => {
      const number = from + place;
      const at = new Date(begin + Math.floor((number * 29 * 86_400_000) / events));
      const id = uuidv7();
      const type = TYPES[number % TYPES.length] ?? "";
      const subject = `secret-binding/${number % 20_000}`;
      const outcome = number % 10 === 0 ? "denied" : "succeeded";
      const actorRef = `user:${(number % 200).toString(16).padStart(32, "0")}`;
      const traceId = randomBytes(16).toString("hex");
      const committed = commitTo({
        region: REGIONS[number % REGIONS.length] ?? "",
        reason: `change ${number % 4_000} of the week, asked for by the team on call`,
        ticket: `CHG-${number}`,
        actor: { kind: "user", name: `Officer ${number % 200}` },
      });
      const envelope = canonicalJson({
        specversion: "1.0",
        id,
        source: `//bench/${EVIDENCE_TENANT}`,
        type,
        subject,
        time: at.toISOString(),
        traceparent: `00-${traceId}-0000000000000001-01`,
        tenant: EVIDENCE_TENANT,
        principal: actorRef,
        principalkind: "user",
        outcome,
        payloadcommitment: committed.commitment.toString("hex"),
      });
      const eventToSeal = { eventId: id, type, at, envelope };
      const sealed = sealEvent(EVIDENCE_TENANT, eventToSeal, committed);
      return { id, at, type, subject, outcome, actorRef, traceId, envelope, committed, sealed };
    });
    await client.query(INSERT, [
      EVIDENCE_TENANT,
      rows.map((row) => row.id),
      rows.map((row) => row.type),
      rows.map((row) => row.subject),
      rows.map((row) => row.outcome),
      rows.map(() => "user"),
      rows.map((row) => row.actorRef),
      rows.map((row) => row.traceId),
      rows.map((row) => row.at),
      rows.map((row) => row.envelope),
      rows.map((row) => row.committed.commitment),
      rows.map((row) => row.sealed.keyId),
      rows.map((row) => row.sealed.ciphertext),
    ]);
  }
  await client.query("VACUUM ANALYZE audit_event, audit_payload, audit_pending, audit_leaf");
  await client.end();
}

const INSERT = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::bytea[])
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext)
  SELECT $1, * FROM unnest($2::uuid[], $12::text[], $13::bytea[])`;
