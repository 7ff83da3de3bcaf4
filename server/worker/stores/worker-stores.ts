import "server-only";
import { KeyVaultKeys } from "#server/integrations/azure-key-vault/key-vault-keys.ts";
import {
  azureCredential,
  type KeyVaultOptions,
} from "#server/integrations/azure-key-vault/key-vault-options.ts";
import { KeyVaultSecrets } from "#server/integrations/azure-key-vault/key-vault-secrets.ts";
import {
  StorageAccount,
  type StorageAccountName,
  type StorageAccountOptions,
} from "#server/integrations/azure-storage/storage-account.ts";
import { type AzureEnv, azureEnv } from "./azure-env.ts";

/** One Key Vault, by the first label of its host. */
export interface KeyVaultStore {
  name: string;
  keys: KeyVaultKeys;
  secrets: KeyVaultSecrets;
}

/** What the worker can reach besides OpenBao. Nothing here means: not configured. */
export interface WorkerStores {
  keyVaults: readonly KeyVaultStore[];
  /** Absent: Azure Resource Manager is not configured. */
  storageAccount?: (name: StorageAccountName) => StorageAccount;
}

export const NO_STORES: WorkerStores = { keyVaults: [] };

/** As the environment says; reaches for nothing yet. */
export function configuredStores(env: AzureEnv = azureEnv()): WorkerStores {
  const credential = azureCredential(identityOf(env));
  const keyVaults = (env.AZURE_KEYVAULT_URL ?? []).map((vaultUrl) =>
    keyVaultStore({ vaultUrl, credential }),
  );
  const managerUrl = env.AZURE_RESOURCE_MANAGER_URL;
  if (!managerUrl) return { keyVaults };
  return { keyVaults, storageAccount: storageAccounts({ managerUrl, credential }) };
}

export function keyVaultStore(options: KeyVaultOptions): KeyVaultStore {
  const [name = ""] = new URL(options.vaultUrl).hostname.split(".");
  return { name, keys: new KeyVaultKeys(options), secrets: new KeyVaultSecrets(options) };
}

/** One client for each account, made when it is first needed. */
export function storageAccounts(
  options: StorageAccountOptions,
): (name: StorageAccountName) => StorageAccount {
  const made = new Map<string, StorageAccount>();
  return (name) => {
    const key = JSON.stringify([name.subscription, name.resourceGroup, name.account]);
    const found = made.get(key) ?? new StorageAccount(options, name);
    made.set(key, found);
    return found;
  };
}

function identityOf(env: AzureEnv) {
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = env;
  const tokenFile = env.AZURE_FEDERATED_TOKEN_FILE;
  const named = clientId ? { clientId } : {};
  if (!tokenFile) return { kind: "managed", ...named } as const;
  return { kind: "workload", tokenFile, ...named, ...(tenantId ? { tenantId } : {}) } as const;
}
