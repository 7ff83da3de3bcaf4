import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockBinding } from "../rotation-rows.ts";
import { RenewalChanged, RequestRenewalInput } from "../watched/schema.ts";
import { requestedBy } from "../writes/requested-by.ts";

/** Asks for a certificate to be renewed ahead of its time; the worker asks cert-manager. */
export const requestRenewal = verb({
  name: "rotation.requestRenewal",
  scope: "runtime.secrets.rotate",
  input: RequestRenewalInput,
  output: RenewalChanged,
  async run({ tx, tenant, actor, input }) {
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    if (binding.rotator.kind !== "cert-manager" || binding.state === "retired") {
      throw new AppError("conflict", "Only a certificate of cert-manager is renewed like this.", {
        said: { key: "rotation.onlyCertManager" },
        field: "bindingId",
        remedy: "Look at how this credential is renewed.",
      });
    }
    const [renewalId, eventId] = [uuidv7(), uuidv7()];
    const inserted = await tx.query(
      `INSERT INTO certificate_renewal (tenant_id, renewal_id, binding_id, state, requested_by, requested_at, revision, due_at, event_id)
       SELECT $1, $2, $3, 'requested', $4, clock_timestamp(),
         (SELECT (w.facts ->> 'revision')::int FROM credential_watch w WHERE w.tenant_id = $1 AND w.binding_id = $3),
         clock_timestamp(), $5
       ON CONFLICT (tenant_id, binding_id) WHERE finished_at IS NULL DO NOTHING RETURNING renewal_id`,
      [tenant, renewalId, binding.binding_id, JSON.stringify(requestedBy(actor)), eventId],
    );
    if (inserted.length === 0) {
      throw new AppError("conflict", "A renewal of this certificate is under way.", {
        said: { key: "rotation.renewing" },
        remedy: "Wait until it is done or given up; its state is shown beside the certificate.",
      });
    }
    return audited(
      { renewalId, state: "requested" as const },
      {
        eventId,
        type: "runtime.secrets.renewal-requested",
        subject: `secret-binding/${binding.binding_id}`,
        payload: { renewalId, credential: binding.name, reason: input.reason },
      },
    );
  },
});
