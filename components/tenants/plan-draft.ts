import {
  type DeclarationDraft,
  declarationOf,
  draftOf,
} from "#components/isolation/declaration-draft.ts";
import type { TenantPlanInput } from "#server/features/onboarding/schema.ts";

type Environment = TenantPlanInput["environments"][number]["environment"];

export interface EnvironmentDraft {
  environment: Environment;
  declaration: DeclarationDraft;
}

/** The onboarding form's texts. */
export interface PlanDraft {
  slug: string;
  displayName: string;
  labels: string;
  environments: EnvironmentDraft[];
  /** Empty: a realm is made. */
  realm: string;
  username: string;
  email: string;
}

export const EMPTY_DRAFT: PlanDraft = {
  slug: "",
  displayName: "",
  labels: "",
  environments: [],
  realm: "",
  username: "",
  email: "",
};

/** An environment as most begin: pooled, with a namespace and a path of the tenant's name. */
export function newEnvironment(slug: string, environment: Environment): EnvironmentDraft {
  const name = slug || "tenant";
  return {
    environment,
    declaration: {
      ...draftOf(null),
      namespaces: `${name}-${environment}`,
      vaultPath: `${name}/${environment}`,
      hard: "requests.cpu = 4\nrequests.memory = 8Gi\nlimits.cpu = 8\nlimits.memory = 16Gi",
    },
  };
}

/** What can't be read of a draft: which text, and its line (from 1). */
export type DraftProblem =
  | { field: "labels"; line: number }
  | { field: "quota"; line: number; at: number };

/** The plan that a draft says, or what can't be read of it. The server judges the rest. */
export function planOf(draft: PlanDraft): { plan: TenantPlanInput } | { problem: DraftProblem } {
  const labels: Record<string, string> = {};
  for (const [at, line] of draft.labels.split("\n").entries()) {
    if (line.trim() === "") continue;
    const [, key, value = ""] = /^\s*([^\s=]+)\s*=\s*(\S*)\s*$/.exec(line) ?? [];
    if (!key) return { problem: { field: "labels", line: at + 1 } };
    labels[key] = value;
  }
  const environments: TenantPlanInput["environments"] = [];
  for (const [at, { environment, declaration }] of draft.environments.entries()) {
    const said = declarationOf(declaration);
    if ("badLine" in said) return { problem: { field: "quota", line: said.badLine, at } };
    environments.push({ environment, declaration: said });
  }
  const username = draft.username.trim();
  return {
    plan: {
      slug: draft.slug.trim(),
      displayName: draft.displayName.trim(),
      labels,
      environments,
      realm: draft.realm ? { kind: "existing", realm: draft.realm } : { kind: "make" },
      admin: username && !draft.realm ? { username, email: draft.email.trim() } : null,
    },
  };
}
