import { bindingsInForce } from "#server/features/isolation/index.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { declarationFor } from "./demo-declaration.ts";

const ENVIRONMENTS = ["prod", "staging", "test"] as const;

/**
 * What is agreed with each tenant of the demo, and who reads its secrets: the first is a silo, the
 * others share. What is wrong in it is in the demo's manifests and in its vault, for the console to
 * find. Doing it again changes nothing that anybody declared since.
 */
export async function seedIsolation(
  sovereign: string,
  tenants: readonly string[],
  vault: { address: string; token: SecretValue } | null,
): Promise<void> {
  for (const [at, tenant] of tenants.entries()) {
    const caller = systemCaller(tenant, "demo-seed");
    const known = await withTenant(caller.tenant, "tenant", (tx) =>
      bindingsInForce(tx, caller.tenant),
    );
    for (const environment of ENVIRONMENTS) {
      if (known.some((each) => each.environment === environment)) continue;
      const isSilo = at === 0 && environment === "prod";
      await runVerb(declareIsolation, caller, {
        environment,
        declaration: declarationFor(sovereign, tenant, environment, isSilo),
        basedOn: 0,
        reason: "As agreed when the organization joined (demo)",
      });
    }
  }
  if (vault) await seedReaders(vault, tenants);
}

/** Each tenant's workloads read its own path; of the third, a person of the support does too. */
async function seedReaders(
  vault: { address: string; token: SecretValue },
  tenants: readonly string[],
): Promise<void> {
  await send(vault, "sys/auth/kubernetes", { type: "kubernetes" });
  await send(vault, "sys/auth/support", { type: "userpass" });
  for (const [at, tenant] of tenants.entries()) {
    await send(vault, `sys/policies/acl/${tenant}-read`, {
      policy: `path "secret/data/${tenant}/*" { capabilities = ["read"] }`,
    });
    await send(vault, `auth/kubernetes/role/${tenant}`, {
      token_policies: [`${tenant}-read`],
      bound_service_account_names: ["*"],
      bound_service_account_namespaces: ENVIRONMENTS.map((each) => `${tenant}-${each}`),
    });
    if (at === 2) {
      await send(vault, "auth/support/users/night-shift", { token_policies: [`${tenant}-read`] });
    }
  }
}

/** 400: it is there already. */
async function send(
  { address, token }: { address: string; token: SecretValue },
  path: string,
  body: unknown,
): Promise<void> {
  const response = await fetch(`${address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": token.reveal(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok && response.status !== 400) throw new Error(`${path}: ${response.status}`);
}
