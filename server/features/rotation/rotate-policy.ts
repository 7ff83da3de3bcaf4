import "server-only";
import { isolated } from "#server/engines/words/isolated.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { PolicyFacts } from "#server/platform/verb.ts";
import { lockBinding } from "./rotation-rows.ts";
import { whyNotAutomatic } from "./why-not-automatic.ts";

/**
 * What `RotateSecret` is judged by: who asks, and the binding as it stands under our lock.
 * A credential without a rotator is refused here, where what is missing can be named; the policy
 * forbids it as well.
 */
export function rotateFacts(
  trigger: "forced" | "scheduled" | "leaked",
): PolicyFacts<{ bindingId: string }> {
  return async ({ tx, tenant, caller, input }) => {
    const binding = await lockBinding(tx, tenant, input.bindingId);
    if (!binding) throw notFound("secret binding");
    const refusal = whyNotAutomatic(binding.rotator);
    if (refusal) {
      const { why, remedy } = refusal;
      throw new AppError("conflict", why, {
        said: {
          key: `notAutomatic.${binding.rotator.kind}`,
          args: {
            missing: isolated(binding.rotator.kind === "none" ? binding.rotator.missing : ""),
          },
        },
        field: "bindingId",
        remedy,
      });
    }
    const principal = policyPrincipal(caller);
    const uid = { type: "SecretBinding", id: binding.binding_id } as const;
    const attrs = {
      class: binding.class,
      environment: binding.environment,
      state: binding.state,
      isAutomatable: true,
    };
    return {
      principal: principal.uid,
      resource: uid,
      context: { trigger },
      entities: [principal, { uid, attrs, parents: principal.parents }],
    };
  };
}
