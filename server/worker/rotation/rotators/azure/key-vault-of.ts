import "server-only";
import type { KeyVaultStore } from "#server/worker/stores/worker-stores.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";

/** The Key Vault that a credential names, or the only one there is. Throws what a person can act on. */
export function keyVaultOf(run: RotationRun, vault: string | undefined): KeyVaultStore {
  const { keyVaults } = run.stores;
  const found = vault ? keyVaults.find(({ name }) => name === vault) : keyVaults[0];
  if (found && (vault || keyVaults.length === 1)) return found;
  throw new OutsideTrouble({ errorCode: "store_not_configured", errorText: why(vault, keyVaults) });
}

function why(vault: string | undefined, { length }: readonly unknown[]): string {
  if (length === 0) {
    return "Azure Key Vault is not configured: set AZURE_KEYVAULT_URL for the worker.";
  }
  if (vault) return `AZURE_KEYVAULT_URL of the worker names no Key Vault ${vault}.`;
  return "AZURE_KEYVAULT_URL names several Key Vaults: the reference has to say which.";
}
