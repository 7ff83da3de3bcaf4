import "server-only";
import type { StoreState } from "#server/features/regions/schema.ts";
import {
  KeyVaultError,
  type KeyVaultFailure,
} from "#server/integrations/azure-key-vault/key-vault-error.ts";
import type { WorkerStores } from "../stores/worker-stores.ts";

/** A name that nobody uses: being told that it is not there is an answer. */
const PROBE = "sovereign-console-probe";

const STATE_OF: Partial<Record<KeyVaultFailure, StoreState>> = {
  not_found: "active",
  permission_denied: "permission_denied",
  rate_limited: "rate_limited",
  unreachable: "unreachable",
};

/** Whether a configured Key Vault answers us, by listing the versions of a name. Reads no value. */
export async function observeKeyVault(
  { keyVaults }: Pick<WorkerStores, "keyVaults">,
  storeId: string,
): Promise<{ state: StoreState; detail: string }> {
  const vault = keyVaults.find(({ name }) => `azure-key-vault/${name}` === storeId);
  if (!vault) return { state: "unknown", detail: "It is not configured any more." };
  try {
    await vault.secrets.versions(PROBE);
    return { state: "active", detail: "" };
  } catch (error) {
    if (!(error instanceof KeyVaultError)) return { state: "unknown", detail: "" };
    const state = STATE_OF[error.failure] ?? "unknown";
    return { state, detail: state === "active" ? "" : error.message };
  }
}
