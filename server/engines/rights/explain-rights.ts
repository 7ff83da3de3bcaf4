import type { EnvironmentPolicy } from "../deployments/environment-policy.ts";
import { hasGate, NO_DEMAND } from "../supply-chain/supply-chain-demand.ts";

/** What policy still asks for where a scope is held, or why it is of no use there. */
export type Demand =
  | { code: "elevation"; isMet: boolean }
  | { code: "approvals"; groups: readonly { role: string; count: number }[] }
  | { code: "step-up"; level: "any-factor" | "security-key"; withinSeconds: number }
  | { code: "window"; isOpen: boolean; opensAt: Date | null }
  | { code: "waiting"; seconds: number }
  | { code: "frozen"; until: Date | null }
  | { code: "provenance"; level: string }
  | { code: "gate" }
  | { code: "merge"; approvals: number }
  | { code: "registries"; registries: readonly string[] }
  | { code: "never-own" }
  | { code: "only-pipeline" }
  | { code: "approval-by-rule"; classes: readonly { class: string; roles: readonly string[] }[] }
  | { code: "second-person" }
  | { code: "declared-only" }
  | { code: "sovereign-only" }
  | { code: "no-policy" };

/** What makes a scope of no use at all, whoever holds it. */
const HINDRANCES: readonly Demand["code"][] = ["only-pipeline", "sovereign-only", "no-policy"];

export interface Grant {
  grantId: string;
  kind: "jit" | "break-glass";
  environment: string;
  scopes: readonly string[];
  endsAt: Date;
}

export interface EnvironmentFacts {
  environment: string;
  policy: EnvironmentPolicy | null;
  isFrozen: boolean;
  frozenUntil: Date | null;
  isInWindow: boolean;
  nextWindowAt: Date | null;
  elevation: {
    offers: readonly { roles: readonly string[]; scopes: readonly string[] }[];
    groups: readonly { role: string; count: number }[];
    stepUp: {
      level: "none" | "any-factor" | "security-key";
      whenApproving: boolean;
      withinSeconds: number;
    };
  } | null;
}

export interface RightsInput {
  /** Each scope there is, with the roles that give it. */
  scopes: readonly { scope: string; roles: readonly string[] }[];
  /** By a live grant only where an environment demands elevation. */
  production: readonly string[];
  /** Of acts that name an environment. */
  placed: readonly string[];
  roles: readonly string[];
  grants: readonly Grant[];
  environments: readonly EnvironmentFacts[];
  isSovereign: boolean;
  rulesByApproval: readonly { class: string; roles: readonly string[] }[];
}

export interface Place {
  environment: string;
  isAllowed: boolean;
  /** The live grants that count there. */
  grants: readonly string[];
  demands: readonly Demand[];
  /** It may be asked for there, by elevation. */
  mayAsk: boolean;
}

export interface Right {
  scope: string;
  verdict: "yes" | "partly" | "no";
  /** The person's roles that give it. */
  roles: readonly string[];
  /** Roles that would give it; only where none of the person's does. */
  rolesThatWould: readonly string[];
  grants: readonly string[];
  /** Null: the act names no environment. */
  places: readonly Place[] | null;
  demands: readonly Demand[];
}

/** What a person may do: by which role or grant, where, what is still asked for, and why not. Sorted by scope. */
export function explainRights(input: RightsInput): Right[] {
  return input.scopes
    .map(({ scope, roles }) => rightTo(scope, roles, input))
    .sort((a, b) => (a.scope < b.scope ? -1 : 1));
}

function rightTo(scope: string, rolesOfScope: readonly string[], input: RightsInput): Right {
  const own = rolesOfScope.filter((role) => input.roles.includes(role)).sort();
  const grants = input.grants.filter((grant) => grant.scopes.includes(scope));
  const base = {
    scope,
    roles: own,
    rolesThatWould: own.length > 0 ? [] : [...rolesOfScope].sort(),
    grants: grants.map(({ grantId }) => grantId),
  };
  const demands = demandsAnywhere(scope, input);
  const isHindered = demands.some(({ code }) => HINDRANCES.includes(code));
  if (!input.placed.includes(scope)) {
    const isHeld = own.length > 0 && !isHindered;
    return { ...base, verdict: isHeld ? "yes" : "no", places: null, demands };
  }
  const places = input.environments.map((facts): Place => {
    const here = grants.filter(({ environment }) => environment === facts.environment);
    const isByGrantOnly =
      input.production.includes(scope) && (facts.policy?.requiresElevation ?? false);
    const isHeld = here.length > 0 || (own.length > 0 && !isByGrantOnly);
    const asked = demandsIn(scope, facts, isByGrantOnly ? here.length > 0 : null);
    const isUseless = asked.some(({ code }) => HINDRANCES.includes(code));
    const offers = facts.elevation?.offers ?? [];
    return {
      environment: facts.environment,
      isAllowed: isHeld && !isHindered && !isUseless,
      grants: here.map(({ grantId }) => grantId),
      demands: asked,
      mayAsk:
        here.length === 0 &&
        offers.some(
          (offer) =>
            offer.scopes.includes(scope) && offer.roles.some((role) => input.roles.includes(role)),
        ),
    };
  });
  const allowed = places.filter(({ isAllowed }) => isAllowed).length;
  const verdict = allowed === 0 ? "no" : allowed === places.length ? "yes" : "partly";
  return { ...base, verdict, places, demands };
}

function demandsAnywhere(scope: string, { isSovereign, rulesByApproval }: RightsInput): Demand[] {
  switch (scope) {
    case "runtime.approvals.decide":
      return [{ code: "never-own" }];
    case "runtime.deployments.execute":
      return [{ code: "only-pipeline" }];
    case "runtime.secrets.rotate":
      return rulesByApproval.length > 0
        ? [{ code: "approval-by-rule", classes: rulesByApproval }]
        : [];
    case "runtime.regions.promote":
    case "runtime.break-glass.declare":
      return [{ code: "second-person" }];
    case "runtime.break-glass.use":
      return [{ code: "declared-only" }];
    case "runtime.break-glass.review":
    case "runtime.reviews.decide":
      return [{ code: "never-own" }];
    case "runtime.tenants.manage":
    case "runtime.targets.manage":
    case "runtime.admission.manage":
      return isSovereign ? [] : [{ code: "sovereign-only" }];
    default:
      return [];
  }
}

function demandsIn(scope: string, facts: EnvironmentFacts, isElevated: boolean | null): Demand[] {
  const { policy } = facts;
  const demands: Demand[] = isElevated === null ? [] : [{ code: "elevation", isMet: isElevated }];
  const stepUp = facts.elevation?.stepUp;
  if (scope === "runtime.approvals.decide" && stepUp?.whenApproving && stepUp.level !== "none")
    demands.push({ code: "step-up", level: stepUp.level, withinSeconds: stepUp.withinSeconds });
  if (scope === "runtime.deployments.request")
    demands.push(
      policy ? { code: "registries", registries: policy.trustedRegistries } : { code: "no-policy" },
    );
  if (scope === "runtime.deployments.execute") {
    if (policy) demands.push(...demandsOfPolicy(policy, facts));
    else demands.push({ code: "no-policy" });
  }
  return demands;
}

function demandsOfPolicy(policy: EnvironmentPolicy, facts: EnvironmentFacts): Demand[] {
  const demands: Demand[] = [{ code: "approvals", groups: policy.groups }];
  if (facts.isFrozen) demands.push({ code: "frozen", until: facts.frozenUntil });
  if (policy.windows.length > 0)
    demands.push({ code: "window", isOpen: facts.isInWindow, opensAt: facts.nextWindowAt });
  if (policy.waitingSeconds > 0) demands.push({ code: "waiting", seconds: policy.waitingSeconds });
  if (policy.provenance !== "none") demands.push({ code: "provenance", level: policy.provenance });
  if (hasGate(policy.supplyChain ?? NO_DEMAND)) demands.push({ code: "gate" });
  if (policy.mergeApprovals !== undefined)
    demands.push({ code: "merge", approvals: policy.mergeApprovals });
  demands.push({ code: "registries", registries: policy.trustedRegistries });
  return demands;
}
