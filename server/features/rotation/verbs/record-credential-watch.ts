import "server-only";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { lockBinding } from "../rotation-rows.ts";
import { WatchedRotator } from "../schema.ts";
import { type Observation, RecordWatchInput } from "../watched/schema.ts";

/**
 * Notes what a worker saw of a credential that something else renews. The same again is not noted;
 * a new issuance gives the credential its age, its life and its next renewal, and ends a renewal that waited for it.
 */
export const recordCredentialWatch = verb({
  name: "rotation.recordWatch",
  scope: "runtime.rotations.execute",
  input: RecordWatchInput,
  output: z.object({ changed: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    if (!WatchedRotator.safeParse(binding.rotator).success) return unchanged({ changed: false });
    const before = await lastSeen(tx, tenant, input.bindingId);
    const subject = `secret-binding/${input.bindingId}`;
    if ("trouble" in input.seen) {
      const { errorCode, errorText } = input.seen.trouble;
      if (before?.error_code === errorCode && before.error_text === errorText) {
        return unchanged({ changed: false });
      }
      await tx.query(
        `INSERT INTO credential_watch AS w (tenant_id, binding_id, observed_at, facts, error_code, error_text)
         VALUES ($1, $2, clock_timestamp(), '{}', $3, $4)
         ON CONFLICT (tenant_id, binding_id) DO UPDATE SET error_code = $3, error_text = $4`,
        [tenant, input.bindingId, errorCode, errorText],
      );
      const payload = { credential: binding.name, errorCode, errorText };
      const type = "runtime.secrets.watch-failed" as const;
      return audited({ changed: true }, { type, subject, outcome: "failed", payload });
    }
    const { observation } = input.seen;
    const isSame = before && !before.error_code && isDeepStrictEqual(asSeen(before), observation);
    if (isSame) return unchanged({ changed: false });
    const { notBefore, notAfter, renewsAt, facts } = observation;
    await tx.query(
      `INSERT INTO credential_watch AS w (tenant_id, binding_id, observed_at, not_before, not_after, renews_at, facts)
       VALUES ($1, $2, clock_timestamp(), $3, $4, $5, $6)
       ON CONFLICT (tenant_id, binding_id) DO UPDATE SET observed_at = clock_timestamp(), not_before = $3,
         not_after = $4, renews_at = $5, facts = $6, error_code = NULL, error_text = NULL`,
      [tenant, input.bindingId, notBefore, notAfter, renewsAt, JSON.stringify(facts)],
    );
    await tx.query(
      `UPDATE secret_binding SET last_rotated_at = coalesce($3, last_rotated_at), renews_at = $4,
         life_seconds = CASE WHEN $5::timestamptz > $3 THEN least(extract(epoch FROM $5::timestamptz - $3), 2147483647)::int END,
         updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, input.bindingId, notBefore, renewsAt, notAfter],
    );
    const revision = typeof facts.revision === "number" ? facts.revision : null;
    const renewed = await tx.query<{ renewal_id: string }>(
      `UPDATE certificate_renewal SET state = 'renewed', finished_at = clock_timestamp(), error_code = NULL, error_text = NULL
       WHERE tenant_id = $1 AND binding_id = $2 AND state = 'asked' AND $3::int > coalesce(revision, 0)
       RETURNING renewal_id`,
      [tenant, input.bindingId, revision],
    );
    const isNewIssue = before?.not_before?.getTime() !== notBefore?.getTime();
    return audited(
      { changed: true },
      {
        type: `runtime.secrets.${isNewIssue && before ? "renewal-observed" : "watched"}`,
        subject,
        payload: {
          credential: binding.name,
          notBefore: notBefore?.toISOString() ?? null,
          notAfter: notAfter?.toISOString() ?? null,
          renewsAt: renewsAt?.toISOString() ?? null,
          facts,
          renewalId: renewed[0]?.renewal_id ?? null,
        },
      },
    );
  },
});

interface SeenRow {
  [column: string]: unknown;
  not_before: Date | null;
  not_after: Date | null;
  renews_at: Date | null;
  facts: Observation["facts"];
  error_code: string | null;
  error_text: string | null;
}

async function lastSeen(tx: TenantTx, tenant: AuthorizedTenantId, bindingId: string) {
  const [row] = await tx.query<SeenRow>(
    "SELECT * FROM credential_watch WHERE tenant_id = $1 AND binding_id = $2 FOR UPDATE",
    [tenant, bindingId],
  );
  return row;
}

function asSeen(row: SeenRow): Observation {
  return {
    notBefore: row.not_before,
    notAfter: row.not_after,
    renewsAt: row.renews_at,
    facts: row.facts,
  };
}
