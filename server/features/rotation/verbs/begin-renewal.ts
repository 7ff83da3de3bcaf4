import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { lockBinding } from "../rotation-rows.ts";
import { WatchedRotator } from "../schema.ts";
import { BeginRenewalInput, BegunRenewal } from "../watched/schema.ts";

/** How long a worker may take to ask before another does. */
const LEASE_SECONDS = 60;

/** Takes a renewal that is due for one worker, before it asks (law 2). Null when somebody else has it. */
export const beginRenewal = verb({
  name: "rotation.beginRenewal",
  scope: "runtime.rotations.execute",
  input: BeginRenewalInput,
  output: BegunRenewal,
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const [row] = await tx.query<{
      binding_id: string;
      was: string;
      revision: number | null;
      attempt: number;
      event_id: string;
    }>(
      `UPDATE certificate_renewal r SET state = CASE WHEN r.state = 'asked' THEN 'asked' ELSE 'asking' END,
         attempt = r.attempt + 1, due_at = clock_timestamp() + make_interval(secs => $3)
       WHERE r.tenant_id = $1 AND r.renewal_id = $2 AND r.finished_at IS NULL AND r.due_at <= clock_timestamp()
       RETURNING r.binding_id, r.state AS was, r.revision, r.attempt, r.event_id`,
      [tenant, input.renewalId, LEASE_SECONDS],
    );
    if (!row) return unchanged({ begun: null });
    const binding = await lockBinding(tx, tenant, row.binding_id);
    if (!binding) throw notFound("secret binding");
    const rotator = WatchedRotator.parse(binding.rotator);
    const begun = {
      rotator,
      revision: row.revision,
      attempt: row.attempt,
      isLate: row.was === "asked",
    };
    return audited(
      { begun },
      {
        type: "runtime.secrets.renewal-begun",
        subject: `secret-binding/${row.binding_id}`,
        causedBy: row.event_id,
        payload: { renewalId: input.renewalId, attempt: row.attempt },
      },
    );
  },
});
