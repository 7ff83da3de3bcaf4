import "server-only";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { SecretUnbound, UnbindSecretInput } from "../bindings/schema.ts";
import { lockBinding } from "../rotation-rows.ts";

/**
 * Ends the reference to a secret: nothing rotates it any more, its history stays, and binding the
 * same path takes it up again. Refused while a rotation is under way. The secret itself is not
 * touched. Unbinding again changes nothing.
 */
export const unbindSecret = verb({
  name: "rotation.unbindSecret",
  scope: "runtime.secrets.bind",
  input: UnbindSecretInput,
  output: SecretUnbound,
  async run({ tx, tenant, input: { bindingId, reason } }) {
    const binding = await lockBinding(tx, tenant, bindingId);
    if (!binding) throw notFound("secret binding");
    if (binding.state === "retired") return unchanged({ bindingId });
    const [open] = await tx.query<{ rotation_id: string; state: string }>(
      `SELECT rotation_id, state FROM rotation
       WHERE tenant_id = $1 AND binding_id = $2 AND finished_at IS NULL`,
      [tenant, bindingId],
    );
    if (open) {
      throw new AppError("conflict", "A rotation of this credential is under way.", {
        said: { key: "rotation.underWayCancel" },
        field: "bindingId",
        remedy: "Wait until it is done, or cancel it first.",
      });
    }
    await tx.query(
      `UPDATE secret_binding SET state = 'retired', origin = 'bound', retired_at = clock_timestamp(), retired_reason = $3,
         next_rotation_at = NULL, retry_at = NULL, missing_since = NULL, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, bindingId, reason],
    );
    return audited(
      { bindingId },
      {
        type: "runtime.secrets.unbound",
        subject: `secret-binding/${bindingId}`,
        payload: { name: binding.name, store: binding.store, path: binding.path, reason },
      },
    );
  },
});
