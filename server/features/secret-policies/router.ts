import "server-only";
import type { z } from "zod";
import { parseSecretPolicies } from "#server/engines/secret-policy/parse-policies.ts";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { policiesNamed } from "./policy-rows.ts";
import { matches, overviewOf, ownView, previewChanges } from "./preview.ts";
import { effectiveRuleOf, kindOf, listSecretPolicies, secretPolicyDetail } from "./queries.ts";
import {
  EffectiveRuleInput,
  EffectiveRuleOutput,
  ListSecretPoliciesOutput,
  PreviewSecretPoliciesInput,
  PreviewSecretPoliciesOutput,
  SecretPolicyDetailInput,
  SecretPolicyDetailOutput,
} from "./schema.ts";
import { retireSecretPolicy } from "./verbs/retire-secret-policy.ts";
import { saveSecretPolicies } from "./verbs/save-secret-policies.ts";
import { setTenantLabels } from "./verbs/set-tenant-labels.ts";

type Preview = z.input<typeof PreviewSecretPoliciesOutput>;

export const secretPoliciesRouter = router({
  list: readProcedure("runtime.policies.read")
    .output(ListSecretPoliciesOutput)
    .query(({ ctx }) => listSecretPolicies(ctx.tx, ctx.caller.tenant)),
  detail: readProcedure("runtime.policies.read")
    .input(SecretPolicyDetailInput)
    .output(SecretPolicyDetailOutput)
    .query(({ ctx, input }) => secretPolicyDetail(ctx.tx, ctx.caller.tenant, input.policyId)),
  effectiveRule: readProcedure("runtime.policies.read")
    .input(EffectiveRuleInput)
    .output(EffectiveRuleOutput)
    .query(({ ctx, input }) => effectiveRuleOf(ctx.tx, ctx.caller.tenant, input.bindingId)),
  /** What saving a text would change. In the Sovereign's context over the session's tenants. */
  preview: readProcedure("runtime.policies.read")
    .input(PreviewSecretPoliciesInput)
    .output(PreviewSecretPoliciesOutput)
    .query(async ({ ctx, input }): Promise<Preview> => {
      const { tenant } = ctx.caller;
      const { policies, sources, problems } = parseSecretPolicies(input.yaml);
      const asOf = await ctx.tx.startedAt();
      const none = { affected: 0, becomesOverdue: 0, rescheduled: 0 };
      if (problems.length > 0) {
        return { asOf, problems, policies: [], tenants: 0, counts: none, credentials: [] };
      }
      const stored = await policiesNamed(
        ctx.tx,
        tenant,
        policies.map((policy) => policy.name),
      );
      const isSovereign = (await kindOf(ctx.tx, tenant)) === "sovereign";
      const tenants = guardAllTenants(ctx.session);
      const { view, changes } = isSovereign
        ? await withTenantSet(tenants, async (tx) => {
            const view = await overviewOf(tx, tenants);
            return { view, changes: await previewChanges(tx, view, policies, "sovereign") };
          })
        : await ownView(ctx.tx, tenant).then(async (view) => ({
            view,
            changes: await previewChanges(ctx.tx, view, policies, "tenant"),
          }));
      return {
        asOf,
        problems,
        tenants: view.length,
        ...changes,
        policies: policies.map((policy, at) => {
          const before = stored.get(policy.name);
          const isSame = before?.source === sources[at];
          return {
            name: policy.name,
            currentVersion: before?.version ?? null,
            outcome: !before
              ? "created"
              : before.retired_at
                ? "restored"
                : isSame
                  ? "unchanged"
                  : "changed",
            matches: view.filter(({ labels }) => matches(policy, labels)).length,
          };
        }),
      };
    }),
  save: verbProcedure(saveSecretPolicies),
  retire: verbProcedure(retireSecretPolicy),
  setTenantLabels: verbProcedure(setTenantLabels),
});
