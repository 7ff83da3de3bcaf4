import { randomBytes } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import type { ClientFigures } from "./ingest-clients.ts";

/**
 * The rows that a received event is, inserted by hand as a superuser past all policies: event and payload
 * of the usual size in one statement a batch, committed to disk. Nothing is judged, hashed or encrypted.
 */
export async function bareInserts(
  pool: pg.Pool,
  {
    tenant,
    clients,
    batch,
    millis,
  }: { tenant: string; clients: number; batch: number; millis: number },
): Promise<ClientFigures> {
  const took: number[] = [];
  let events = 0;
  const envelope = "x".repeat(760);
  const [commitment, ciphertext] = [randomBytes(32), randomBytes(640)];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = await pool.connect();
      while (performance.now() - begun < millis) {
        const at = performance.now();
        const ids = Array.from({ length: batch }, () => uuidv7());
        await client.query({
          name: "bare_inserts",
          text: INSERT,
          values: [tenant, ids, envelope, commitment, ciphertext],
        });
        took.push(performance.now() - at);
        events += batch;
      }
      client.release();
    }),
  );
  const seconds = (performance.now() - begun) / 1_000;
  took.sort((a, b) => a - b);
  const at = (share: number) =>
    took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { events, calls: took.length, seconds, p50: at(0.5), p99: at(0.99) };
}

const INSERT = `
  WITH event AS (
    INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
    SELECT $1, id, 'runtime.received.com.example', 'event-source/x', 'succeeded', 'service', 'service:x', repeat('a', 32), clock_timestamp(), $3, $4
    FROM unnest($2::uuid[]) AS id RETURNING event_id
  )
  INSERT INTO audit_payload (tenant_id, event_id, key_id, ciphertext)
  SELECT $1, id, 'payload-1', $5 FROM unnest($2::uuid[]) AS id WHERE EXISTS (SELECT FROM event)`;
