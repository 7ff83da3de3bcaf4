import type { DiscoveryTarget } from "#server/features/discovery/schema.ts";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import type { WorkerStores } from "../stores/worker-stores.ts";
import { failureOf, type Reading, together, UNKNOWN_ENVIRONMENT } from "./reading.ts";

const CLASSES = {
  secrets: "manual",
  keys: "signing-key",
  certificates: "tls-certificate",
} as const;
type Area = keyof typeof CLASSES;

/**
 * Secrets, keys and certificates of the Key Vaults that are registered for the tenant, by their
 * listings. A certificate stands among secrets and keys as one that Key Vault manages itself.
 */
export async function readKeyVaults(
  stores: Pick<WorkerStores, "keyVaults">,
  targets: readonly DiscoveryTarget[],
): Promise<Reading> {
  const vaults = targets.flatMap((target) => (target.kind === "azure-key-vault" ? [target] : []));
  return together(
    await Promise.all(vaults.map(({ vault, prefix }) => readOne(stores, vault, prefix))),
  );
}

async function readOne(
  { keyVaults }: Pick<WorkerStores, "keyVaults">,
  vault: string,
  prefix: string,
): Promise<Reading> {
  const source = { source: "azure-key-vault" as const, place: `${vault}/${prefix}` };
  const store = keyVaults.find(({ name }) => name.toLowerCase() === vault.toLowerCase());
  const names: Record<Area, string[]> = { secrets: [], keys: [], certificates: [] };
  try {
    if (!store) throw new KeyVaultError("unreachable", "listing: no such Key Vault is configured");
    const [secrets, keys] = await Promise.all([store.secrets.listed(), store.keys.listed()]);
    for (const { name, isManaged } of secrets) {
      (isManaged ? names.certificates : names.secrets).push(name);
    }
    for (const { name, isManaged } of keys) if (!isManaged) names.keys.push(name);
  } catch (error) {
    const failure = failureOf(error);
    return { sources: [{ ...source, failure, found: 0 }], whole: [], found: [], references: [] };
  }
  const areas = Object.keys(CLASSES) as Area[];
  const found = areas.flatMap((area) =>
    names[area]
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({
        store: "azure-key-vault" as const,
        path: `${vault}/${area}/${name}`,
        name,
        environment: UNKNOWN_ENVIRONMENT,
        class: CLASSES[area],
      })),
  );
  return {
    sources: [{ ...source, failure: null, found: found.length }],
    whole: areas.map((area) => ({
      store: "azure-key-vault" as const,
      prefix: `${vault}/${area}/${prefix}`,
    })),
    found,
    references: [],
  };
}
