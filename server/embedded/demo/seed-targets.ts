import { randomBytes } from "node:crypto";
import { saveRotationTarget, type TargetAddress } from "#server/features/rotation-targets/index.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";

/**
 * What the demo's people may bind to: each organization's own database of the embedded Postgres, and
 * its names in the vault's shared engines. Doing it again changes nothing.
 */
export async function seedTargets(
  sovereign: string,
  tenants: readonly string[],
  adminUrl: string,
): Promise<void> {
  const { hostname: host, port } = new URL(adminUrl);
  for (const tenant of tenants) {
    const database = `demo_${tenant.replaceAll("-", "_")}`;
    await save(sovereign, tenant, `${tenant}-postgres`, {
      kind: "postgres",
      host,
      port: Number(port),
      tls: "disable",
      databases: [database],
    });
    await save(sovereign, tenant, `${tenant}-transit`, {
      kind: "openbao",
      mount: "transit",
      engine: "transit",
      prefix: `${tenant}-`,
    });
  }
}

function save(sovereign: string, tenant: string, name: string, address: TargetAddress) {
  return runVerb(saveRotationTarget, systemCaller(sovereign, "demo-seed"), {
    name,
    address,
    tenants: [tenant],
    environments: ["dev", "test", "staging", "prod"],
    reason: "the demo's own services",
  });
}

/** Secrets that are stored and that nobody bound: discovery finds them. */
export async function seedUnbound(tenant: string, kv: KvV2): Promise<void> {
  for (const name of ["loyalty-api-token", "old-newsletter-login"]) {
    const path = `${tenant}/prod/${name}`;
    if (await kv.metadata(path)) continue;
    const value = SecretValue.of(randomBytes(32).toString("base64url"));
    await kv.write(path, { value }, 0);
  }
}
