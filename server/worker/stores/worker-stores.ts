import "server-only";
import { KeyVaultKeys } from "#server/integrations/azure-key-vault/key-vault-keys.ts";
import {
  azureCredential,
  type KeyVaultOptions,
} from "#server/integrations/azure-key-vault/key-vault-options.ts";
import { KeyVaultSecrets } from "#server/integrations/azure-key-vault/key-vault-secrets.ts";
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
}

export const NO_STORES: WorkerStores = { keyVaults: [] };

/** As the environment says; reaches for nothing yet. */
export function configuredStores(env: AzureEnv = azureEnv()): WorkerStores {
  const credential = azureCredential(identityOf(env));
  const keyVaults = (env.AZURE_KEYVAULT_URL ?? []).map((vaultUrl) =>
    keyVaultStore({ vaultUrl, credential }),
  );
  return { keyVaults };
}

export function keyVaultStore(options: KeyVaultOptions): KeyVaultStore {
  const [name = ""] = new URL(options.vaultUrl).hostname.split(".");
  return { name, keys: new KeyVaultKeys(options), secrets: new KeyVaultSecrets(options) };
}

function identityOf(env: AzureEnv) {
  const { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId } = env;
  const tokenFile = env.AZURE_FEDERATED_TOKEN_FILE;
  const named = clientId ? { clientId } : {};
  if (!tokenFile) return { kind: "managed", ...named } as const;
  return { kind: "workload", tokenFile, ...named, ...(tenantId ? { tenantId } : {}) } as const;
}
