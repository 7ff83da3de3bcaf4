import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { keysOf, viewOf } from "./key-rows.ts";
import { personOf } from "./person-of.ts";
import { registrationSubject } from "./relying-party.ts";
import { SecurityKeys } from "./schema.ts";
import { beginKeyProof } from "./verbs/begin-key-proof.ts";
import { beginKeyRegistration } from "./verbs/begin-key-registration.ts";
import { proveByKey } from "./verbs/prove-by-key.ts";
import { registerKey } from "./verbs/register-key.ts";
import { removeKey } from "./verbs/remove-key.ts";
import { renameKey } from "./verbs/rename-key.ts";

export const stepUpRouter = router({
  keys: readProcedure("runtime.identity.step-up")
    .output(SecurityKeys)
    .query(async ({ ctx: { tx, caller } }) => {
      const person = personOf(caller.actor);
      const rows = await keysOf(tx, caller.tenant, person);
      return {
        items: rows.map(viewOf),
        asOf: await tx.startedAt(),
        registration: registrationSubject(caller.tenant, person),
      };
    }),
  beginKey: verbProcedure(beginKeyProof),
  proveByKey: verbProcedure(proveByKey),
  beginRegistration: verbProcedure(beginKeyRegistration),
  register: verbProcedure(registerKey),
  renameKey: verbProcedure(renameKey),
  removeKey: verbProcedure(removeKey),
});
