import "server-only";
import { z } from "zod";
import { currentRules } from "#server/features/secret-policies/index.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { findBindings, placeKey } from "../bindings/find-bindings.ts";
import { bindingJudgement, planBinding } from "../bindings/plan-binding.ts";
import { BindSecretInput } from "../schema.ts";
import { saveBinding } from "../writes/save-binding.ts";

/**
 * Makes or changes the reference to a secret; store and path name it. The same reference again
 * changes nothing. While a rotation is under way its pair of roles stays; the address of their
 * database may change. Where a person's reference would have the worker act must be the tenant's own
 * or a registered rotation target (ADR 0009).
 */
export const bindSecret = verb({
  name: "rotation.bindSecret",
  scope: "runtime.secrets.bind",
  input: BindSecretInput,
  output: z.object({ bindingId: z.uuid() }),
  async run({ tx, tenant, actor, input }) {
    const found = (await findBindings(tx, tenant, [input], "FOR UPDATE")).get(placeKey(input));
    const planned = planBinding(await bindingJudgement(tx, tenant, actor), input, found);
    if (found && planned.outcome === "unchanged") return unchanged({ bindingId: found.binding_id });
    const rules = await currentRules(tx);
    const { bindingId, event } = await saveBinding(tx, tenant, rules, input, planned, found);
    return audited({ bindingId }, event);
  },
});
