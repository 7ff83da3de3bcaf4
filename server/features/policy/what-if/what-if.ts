import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import { type EnvironmentPolicySpec, executionsUnder } from "#server/features/deployments/index.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { pastDecisions } from "../past-decisions.ts";
import { wordsOfPolicy } from "../policy-words.ts";
import type { WhatIf } from "../schema.ts";
import { draftTexts, type RulesDraft } from "./draft-rules.ts";
import { tryDraft, type Verdict } from "./try-draft.ts";

/** As many changes as are shown; all are counted and digested. */
const MOST_SHOWN = 200;

export interface WhatIfInput {
  rules?: RulesDraft | undefined;
  environments?: Partial<Record<Environment, EnvironmentPolicySpec>> | undefined;
  last: number;
  mostMillis?: number;
}

/**
 * What a draft would have changed in the last decisions of a tenant. Nothing is written. With drafts of
 * environments' policies only decisions about deployments there are taken, and their facts are worked out
 * again from the rows as they stood then; where that can't be done exactly the answer is `unknown`.
 */
export async function whatIf(tenant: AuthorizedTenantId, input: WhatIfInput): Promise<WhatIf> {
  const { rules = { policies: {} }, environments = {}, last } = input;
  const { texts, problems } = draftTexts(rules);
  const drafts = Object.keys(environments) as Environment[];
  const { past, facts, asOf } = await withTenant(
    tenant,
    "tenant",
    async (tx) => {
      const taken =
        problems.length > 0
          ? []
          : await pastDecisions(tx, tenant, last, drafts.length > 0 ? drafts : null);
      return {
        past: taken,
        facts: await executionsUnder(tx, tenant, taken, environments),
        asOf: await tx.startedAt(),
      };
    },
    { readOnly: true },
  );
  const environmentDigests = Object.fromEntries(
    drafts.sort().map((name) => [name, digestOf(environments[name] as unknown as JsonValue)]),
  );
  if (problems.length > 0) {
    return { asOf, problems, environmentDigests, taken: 0, trial: null };
  }
  const trial = await tryDraft(texts, past, facts, input.mostMillis);
  const byId = new Map(past.map((each) => [each.decisionId, each]));
  return {
    asOf,
    problems,
    environmentDigests,
    taken: past.length,
    trial: {
      ...trial,
      changesShown: trial.changes.slice(0, MOST_SHOWN).map((change) => {
        const decided = byId.get(change.decisionId);
        return {
          ...change,
          before: inWords(change.before),
          after: change.after && inWords(change.after),
          action: decided?.decision.action ?? "",
          decidedAt: decided?.decidedAt ?? asOf,
          ...partiesOf(decided?.decision.request ?? ""),
        };
      }),
      changed: trial.changes.length,
    },
  };
}

function inWords({ outcome, reasons, errors }: Verdict) {
  return {
    outcome,
    reasons: reasons.map((policyId) => ({ policyId, words: wordsOfPolicy(policyId) })),
    errors,
  };
}

function partiesOf(request: string): { principal: string; resource: string } {
  const { principal, resource } = JSON.parse(request) as Record<
    "principal" | "resource",
    { type: string; id: string }
  >;
  return {
    principal: `${principal.type}::${JSON.stringify(principal.id)}`,
    resource: `${resource.type}::${JSON.stringify(resource.id)}`,
  };
}

function digestOf(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}
