import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { sealPayload } from "#server/platform/audit/payload-cipher.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { RecordWhatIfInput, WhatIfRecorded } from "../what-if-schema.ts";

/** Keeps the answer to a question, sealed. Throws `stale` when another worker has taken over. */
export const recordWhatIf = verb({
  name: "isolation.recordWhatIf",
  scope: "runtime.isolation.observe",
  input: RecordWhatIfInput,
  output: WhatIfRecorded,
  async run({ tx, tenant, actor, input: { whatIfId, fence, answer } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const state = answer ? ("answered" as const) : ("failed" as const);
    const sealed = answer ? sealPayload(tenant, whatIfId, answer as unknown as JsonValue) : null;
    const [row] = await tx.query<{ environment: string }>(
      `UPDATE isolation_what_if SET state = $4, answer_key = $5, answer = $6, answered_at = clock_timestamp(),
         lease_owner = NULL, lease_until = NULL
       WHERE tenant_id = $1 AND what_if_id = $2 AND fence = $3 AND state = 'requested' AND lease_until IS NOT NULL
       RETURNING environment`,
      [tenant, whatIfId, fence, state, sealed?.keyId ?? null, sealed?.ciphertext ?? null],
    );
    if (!row) throw new AppError("stale", "Another worker answers this question.");
    return audited(
      { state },
      {
        type: `runtime.isolation.what-if-${state}`,
        subject: `environment/${row.environment}`,
        payload: {
          whatIfId,
          digest: answer?.digest ?? null,
          before: answer?.before.state ?? null,
          after: answer?.after.state ?? null,
        },
      },
    );
  },
});
