import "server-only";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { PolicyFacts } from "#server/platform/verb.ts";
import { isAutomatic } from "../is-automatic.ts";
import type { BindingRow } from "../rotation-rows.ts";

/** What `MarkLeaked` is judged by: who says so, and the credential it is said of. */
export const markLeakedFacts: PolicyFacts<{ bindingId: string }> = async (context) => {
  const { tx, tenant, caller, input } = context;
  const [binding] = await tx.query<Pick<BindingRow, "class" | "environment" | "state" | "rotator">>(
    "SELECT class, environment, state, rotator FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, input.bindingId],
  );
  if (!binding) throw notFound("secret binding");
  const principal = policyPrincipal(caller);
  const uid = { type: "SecretBinding", id: input.bindingId } as const;
  const { class: secretClass, environment, state } = binding;
  const isAutomatable = isAutomatic(binding.rotator);
  const attrs = { class: secretClass, environment, state, isAutomatable };
  return {
    principal: principal.uid,
    resource: uid,
    context: {},
    entities: [principal, { uid, attrs, parents: principal.parents }],
  };
};
