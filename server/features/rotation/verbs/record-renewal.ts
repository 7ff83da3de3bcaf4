import "server-only";
import { backoffSeconds } from "#server/engines/rotation/state-machine.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { RecordRenewalInput, RenewalChanged } from "../watched/schema.ts";

/** How long cert-manager has to issue after it was asked. */
const PATIENCE_SECONDS = 3_600;

/** Notes what became of asking for a renewal. */
export const recordRenewal = verb({
  name: "rotation.recordRenewal",
  scope: "runtime.rotations.execute",
  input: RecordRenewalInput,
  output: RenewalChanged,
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const { renewalId, outcome } = input;
    const [row] = await tx.query<{
      binding_id: string;
      state: "requested" | "asking" | "asked" | "renewed" | "refused";
      attempt: number;
      finished_at: Date | null;
      event_id: string;
    }>("SELECT * FROM certificate_renewal WHERE tenant_id = $1 AND renewal_id = $2 FOR UPDATE", [
      tenant,
      renewalId,
    ]);
    if (!row) throw notFound("certificate renewal");
    if (row.finished_at) return unchanged({ renewalId, state: row.state });
    const state = outcome.kind === "later" ? row.state : outcome.kind;
    const trouble = "errorCode" in outcome ? outcome : null;
    await tx.query(
      `UPDATE certificate_renewal SET state = $3, error_code = $4, error_text = $5,
         due_at = clock_timestamp() + make_interval(secs => $6),
         finished_at = CASE WHEN $3 IN ('renewed', 'refused') THEN clock_timestamp() END
       WHERE tenant_id = $1 AND renewal_id = $2`,
      [
        tenant,
        renewalId,
        state,
        trouble?.errorCode ?? null,
        trouble?.errorText ?? null,
        outcome.kind === "later" ? backoffSeconds(row.attempt) : PATIENCE_SECONDS,
      ],
    );
    const said = outcome.kind === "later" ? "put-off" : outcome.kind;
    return audited(
      { renewalId, state },
      {
        type: `runtime.secrets.renewal-${said}`,
        subject: `secret-binding/${row.binding_id}`,
        outcome: trouble ? "failed" : "succeeded",
        causedBy: row.event_id,
        payload: {
          renewalId,
          attempt: row.attempt,
          ...(trouble ? { errorCode: trouble.errorCode, errorText: trouble.errorText } : {}),
        },
      },
    );
  },
});
