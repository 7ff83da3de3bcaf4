import type { DeclarationInput } from "#server/features/isolation/schema.ts";

const REGION: Record<string, string> = { omantel: "muscat", bankdhofar: "salalah" };

/** What is agreed with one tenant of the demo about one of its environments. */
export function declarationFor(
  sovereign: string,
  tenant: string,
  environment: "prod" | "staging" | "test",
  isSilo: boolean,
): DeclarationInput {
  const region = REGION[sovereign] ?? sovereign;
  const isProd = environment === "prod";
  const secrets = { model: "pool", vaultPath: `${tenant}/${environment}` } as const;
  const namespaces = [`${tenant}-${environment}`];
  if (isSilo) {
    return {
      compute: { model: "silo", namespaces, nodePool: tenant },
      network: { model: "silo", network: `${region}-${tenant}` },
      data: { model: "silo", database: `${tenant}-prod/orders` },
      secrets,
      quota: { model: "silo", hard: {} },
      regions: [region],
    };
  }
  const hard = isProd
    ? { "requests.cpu": "8", "requests.memory": "32Gi" }
    : { "requests.cpu": "4", "requests.memory": "16Gi" };
  return {
    compute: { model: "pool", namespaces, nodePool: null },
    network: { model: "pool", network: null },
    data: isProd
      ? { model: "pool", database: `platform-data/common/${tenant}` }
      : { model: "shared", database: "console" },
    secrets,
    quota: { model: "pool", hard },
    regions: [region],
  };
}
