import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { saveAdmissionCluster, saveAdmissionNamespaces } from "#server/features/admission/index.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";

const REASON = "the demo's own cluster";

/** The demo's cluster with its namespaces, as their manifests have them. Doing it again changes nothing. */
export async function seedAdmission(
  sovereign: string,
  tenants: readonly string[],
  folder: string | undefined,
): Promise<void> {
  if (!folder || !existsSync(folder)) return;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const manifests = files
    .filter((name) => name.endsWith("namespaces.yaml"))
    .flatMap((name) => readManifests(name, readFileSync(join(folder, name), "utf8")).manifests);
  const owned = [...namespaceOwners(manifests)].flatMap(([namespace, { tenant, environment }]) =>
    environment && tenants.includes(tenant)
      ? [{ namespace, rule: "owned" as const, tenant, environment }]
      : [],
  );
  const caller = systemCaller(sovereign, "demo-seed");
  const cluster = `${sovereign}-1`;
  const description = "The demo's cluster";
  await runVerb(saveAdmissionCluster, caller, {
    cluster,
    description,
    tenants: "every",
    reason: REASON,
  });
  const namespaces = [...owned, { namespace: "ingress-nginx", rule: "exempt" as const }];
  await runVerb(saveAdmissionNamespaces, caller, { cluster, namespaces, reason: REASON });
}
