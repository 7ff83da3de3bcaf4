import "server-only";
import { openPayload } from "#server/platform/audit/payload-cipher.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { bindingsInForce } from "../binding-rows.ts";
import type { ENVIRONMENTS } from "../schema.ts";
import { BeginWhatIfInput, WhatIfBegun, WhatIfQuestion } from "../what-if-schema.ts";

interface Row {
  fence: string;
  environment: (typeof ENVIRONMENTS)[number];
  question_key: string;
  question: Buffer;
}

/**
 * Takes a question up, one worker at a time, by a lease and a fence; one whose time is over is erased,
 * with its answer.
 */
export const beginWhatIf = verb({
  name: "isolation.beginWhatIf",
  scope: "runtime.isolation.observe",
  input: BeginWhatIfInput,
  output: WhatIfBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    await tx.query(
      `DELETE FROM isolation_what_if
       WHERE tenant_id = $1 AND what_if_id = $2 AND erase_at <= clock_timestamp()`,
      [tenant, input.whatIfId],
    );
    const [row] = await tx.query<Row>(
      `UPDATE isolation_what_if SET lease_owner = $3, fence = fence + 1,
         lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE tenant_id = $1 AND what_if_id = $2 AND state = 'requested'
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       RETURNING fence::text, environment, question_key, question`,
      [tenant, input.whatIfId, input.owner, input.leaseSeconds],
    );
    if (!row) return unchanged({ begun: null });
    const { fence, environment, question_key: keyId, question: ciphertext } = row;
    const question = WhatIfQuestion.parse(
      openPayload(tenant, input.whatIfId, { keyId, ciphertext }),
    );
    const bindings = await bindingsInForce(tx, tenant);
    const declared = bindings.find((each) => each.environment === environment);
    const declaration = declared?.declaration ?? null;
    return unchanged({ begun: { fence, environment, question, declaration } });
  },
});
