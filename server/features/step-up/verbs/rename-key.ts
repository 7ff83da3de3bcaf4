import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { ownKey } from "../key-rows.ts";
import { personOf } from "../person-of.ts";
import { KeyChanged, RenameKeyInput } from "../schema.ts";

/** Calls one of the person's own keys by another name. */
export const renameKey = verb({
  name: "stepUp.renameKey",
  scope: "runtime.identity.step-up",
  input: RenameKeyInput,
  output: KeyChanged,
  async run({ tx, tenant, caller, input }) {
    const key = await ownKey(tx, tenant, personOf(caller.actor), input.keyId);
    if (key.name === input.name) return unchanged({ keyId: key.keyId });
    await tx.query("UPDATE security_key SET name = $3 WHERE tenant_id = $1 AND key_id = $2", [
      tenant,
      key.keyId,
      input.name,
    ]);
    return audited(
      { keyId: key.keyId },
      {
        type: "runtime.identity.key-renamed",
        subject: `security-key/${key.keyId}`,
        payload: { before: key.name, after: input.name },
      },
    );
  },
});
