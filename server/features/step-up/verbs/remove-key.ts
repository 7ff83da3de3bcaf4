import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { ownKey } from "../key-rows.ts";
import { personOf } from "../person-of.ts";
import { KeyChanged, KeyId } from "../schema.ts";

/** Removes one of the person's own keys: from the next answer on it proves nothing. */
export const removeKey = verb({
  name: "stepUp.removeKey",
  scope: "runtime.identity.step-up",
  input: KeyId,
  output: KeyChanged,
  async run({ tx, tenant, caller, input }) {
    const key = await ownKey(tx, tenant, personOf(caller.actor), input.keyId);
    await tx.query(
      "UPDATE security_key SET removed_at = clock_timestamp() WHERE tenant_id = $1 AND key_id = $2",
      [tenant, key.keyId],
    );
    return audited(
      { keyId: key.keyId },
      {
        type: "runtime.identity.key-removed",
        subject: `security-key/${key.keyId}`,
        payload: { name: key.name },
      },
    );
  },
});
