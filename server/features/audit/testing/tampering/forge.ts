import type { Ways } from "./act.ts";

export const FORGED = "01900000-0000-7000-8000-000000000001";

/** An event as somebody without the keys would forge it: well formed, and nowhere signed. */
export async function forge(run: Ways["run"], leafIndex: string): Promise<void> {
  const id = FORGED;
  await run(
    `INSERT INTO audit_event SELECT tenant_id, $2::uuid, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at,
       replace(envelope, event_id::text, $2::text), commitment FROM audit_event WHERE tenant_id = $1 ORDER BY event_id LIMIT 1`,
    id,
  );
  await run(
    `INSERT INTO audit_leaf SELECT $1, $2::bigint, $3::uuid, sha256('\\x00'::bytea || convert_to(envelope, 'UTF8')), clock_timestamp()
     FROM audit_event WHERE tenant_id = $1 AND event_id = $3::uuid`,
    leafIndex,
    id,
  );
}
