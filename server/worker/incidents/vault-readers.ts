import "server-only";
import { type PathRule, parsePolicy } from "#server/engines/vault-policy/parse-policy.ts";
import { policyGives } from "#server/engines/vault-policy/policy-gives.ts";
import type { SourceAnswer, SourceFinding } from "#server/features/rotation/leaks/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { humanBehind } from "../vault-login-methods.ts";

/** A way to come by the value, or to use the key. */
export interface AccessPath {
  path: string;
  capability: "read" | "update";
}

/**
 * Who may reach these paths of the vault by its policies, and what gives those policies out. Each
 * source that can't be asked is unknown; a policy that can't be read counts as one that might.
 */
export async function vaultReaders(
  vault: OpenBaoClient,
  paths: readonly AccessPath[],
): Promise<SourceAnswer[]> {
  const rules = new Map<string, PathRule[] | null>();
  const policies = await asked("vault-policies", async () => {
    for (const name of await vault.access.policyNames()) {
      const source = await vault.access.policy(name);
      rules.set(name, source === null ? [] : readable(source));
    }
    return [...rules].flatMap(([name, each]) => reach(name, each, paths));
  });
  if (policies.state === "unknown") {
    const { reason } = policies;
    return [policies, unknown("vault-roles", reason), unknown("vault-entities", reason)];
  }
  const mayReach = (names: readonly string[]) => {
    if (names.includes("root") || names.some((name) => rules.get(name) === null)) return true;
    const all = [...names, "default"].flatMap((name) => rules.get(name) ?? []);
    return paths.some(({ path, capability }) => policyGives(all, path, capability));
  };
  const roles = await asked("vault-roles", () => rolesThat(vault, mayReach));
  const entities = await asked("vault-entities", () => identitiesThat(vault, mayReach));
  return [policies, roles, entities];
}

function reach(
  name: string,
  rules: PathRule[] | null,
  paths: readonly AccessPath[],
): SourceFinding[] {
  if (name === "root") return [{ name, detail: "everything", human: "unknown" }];
  if (rules === null) return [{ name, detail: "can't be read: may give it", human: "unknown" }];
  const given = paths.filter(({ path, capability }) => policyGives(rules, path, capability));
  const detail = given.map(({ path, capability }) => `${capability} ${path}`).join(", ");
  return detail ? [{ name, detail: detail.slice(0, 500), human: "unknown" }] : [];
}

async function rolesThat(vault: OpenBaoClient, mayReach: (names: readonly string[]) => boolean) {
  const findings: SourceFinding[] = [];
  for (const mount of await vault.access.authMounts()) {
    const roles = await vault.access.roles(mount);
    const detail = `auth/${mount.path} (${mount.type})`;
    if (roles === null) {
      const isToken = mount.type === "token";
      const name = isToken ? "tokens made by hand" : "its roles can't be listed";
      findings.push({ name, detail, human: "unknown" });
      continue;
    }
    for (const { name, roleType } of roles.filter((role) => mayReach(role.policies))) {
      findings.push({ name, detail, human: humanBehind([roleType ?? mount.type]) });
    }
  }
  return findings;
}

async function identitiesThat(
  vault: OpenBaoClient,
  mayReach: (names: readonly string[]) => boolean,
) {
  const findings: SourceFinding[] = [];
  for (const kind of ["entity", "group"] as const) {
    for (const { name, policies, methods } of await vault.access.identities(kind)) {
      if (!mayReach(policies)) continue;
      const human = humanBehind(methods);
      findings.push({ name, detail: `${kind} of the identity store`, human });
    }
  }
  return findings;
}

function readable(source: string): PathRule[] | null {
  try {
    return parsePolicy(source);
  } catch {
    return null;
  }
}

async function asked(
  source: SourceAnswer["source"],
  ask: () => Promise<SourceFinding[]>,
): Promise<SourceAnswer> {
  try {
    const findings = (await ask()).slice(0, 500);
    const shortened = findings.map((each) => ({ ...each, name: each.name.slice(0, 300) }));
    return { source, state: "read", findings: shortened };
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    const why = error.oddity === "missing_route" ? "not-offered" : error.failure;
    return unknown(source, why.replaceAll("_", "-"));
  }
}

export function unknown(source: SourceAnswer["source"], reason = ""): SourceAnswer {
  return { source, state: "unknown", reason };
}
