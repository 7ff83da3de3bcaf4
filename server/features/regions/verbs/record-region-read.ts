import "server-only";
import { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { READ_STATES, RecordRegionReadInput } from "../schema.ts";

const DAY_SECONDS = 86_400;
const MOST_SECONDS = 3_600;

interface ReadRow {
  [column: string]: unknown;
  state: (typeof READ_STATES)[number];
  expected_version: number;
  attempt: number;
}

/**
 * Notes which version of a credential a region had: `verified` is the one that the last rotation
 * promoted, `behind` an older one, `unknown` everything that could not be read. A binding that moved on
 * meanwhile is read again.
 */
export const recordRegionRead = verb({
  name: "regions.recordRead",
  scope: "runtime.regions.observe",
  input: RecordRegionReadInput,
  output: z.object({ isRecorded: z.boolean(), state: z.enum(READ_STATES).nullable() }),
  async run({ tx, tenant, input }) {
    const [binding] = await tx.query<{ current_version: number | null }>(
      "SELECT current_version FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2 FOR UPDATE",
      [tenant, input.bindingId],
    );
    if (!binding) throw notFound("secret binding");
    const { region, expectedVersion, result } = input;
    if (binding.current_version !== expectedVersion)
      return unchanged({ isRecorded: false, state: null });
    const [before] = await tx.query<ReadRow>(
      "SELECT state, expected_version, attempt FROM region_read WHERE tenant_id = $1 AND binding_id = $2 AND region = $3",
      [tenant, input.bindingId, region],
    );
    const isSameVersion = before?.expected_version === expectedVersion;
    const seen = result.kind === "read" ? result.seenVersion : null;
    // A later version holds the expected one among its history: somebody wrote after the rotation.
    const state: ReadRow["state"] =
      seen === null ? "unknown" : seen >= expectedVersion ? "verified" : "behind";
    const reason = result.kind === "unknown" ? result.reason : "";
    const attempt = state === "verified" || !isSameVersion ? 0 : (before?.attempt ?? 0) + 1;
    const again =
      state === "verified" ? DAY_SECONDS : Math.min(MOST_SECONDS, 5 * 2 ** Math.min(attempt, 12));
    await tx.query(UPSERT, [
      tenant,
      input.bindingId,
      region,
      state,
      reason,
      expectedVersion,
      seen,
      attempt,
      again,
    ]);
    const output = { isRecorded: true, state };
    if (isSameVersion && before?.state === state) return unchanged(output);
    return audited(output, {
      type: `runtime.regions.read-${state}`,
      subject: `secret-binding/${input.bindingId}`,
      outcome: state === "verified" ? "succeeded" : "failed",
      payload: { region, expectedVersion, seenVersion: seen, ...(reason ? { reason } : {}) },
    });
  },
});

const UPSERT = `
  INSERT INTO region_read AS r (tenant_id, binding_id, region, state, reason, state_since, expected_version, seen_version,
    checked_at, verified_at, verified_version, attempt, next_check_at)
  SELECT $1, $2, $3, $4, $5, now, $6, $7, now, CASE WHEN $4 = 'verified' THEN now END, CASE WHEN $4 = 'verified' THEN $6::integer END,
    $8, now + make_interval(secs => $9)
  FROM clock_timestamp() AS now
  ON CONFLICT (tenant_id, binding_id, region) DO UPDATE SET
    state_since = CASE WHEN r.state = excluded.state AND r.expected_version = excluded.expected_version THEN r.state_since ELSE excluded.state_since END,
    state = excluded.state, reason = excluded.reason, expected_version = excluded.expected_version,
    seen_version = excluded.seen_version, checked_at = excluded.checked_at,
    verified_at = coalesce(excluded.verified_at, r.verified_at), verified_version = coalesce(excluded.verified_version, r.verified_version),
    attempt = excluded.attempt, next_check_at = excluded.next_check_at`;
