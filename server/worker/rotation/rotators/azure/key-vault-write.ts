import "server-only";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import { type Unknown, unknown } from "../../outcome.ts";

/** A write to Key Vault: its answer, or `unknown` when it left and no answer can be trusted. */
export async function keyVaultWrite<T>(
  write: () => Promise<T>,
): Promise<{ kind: "written"; value: T } | Unknown> {
  try {
    return { kind: "written", value: await write() };
  } catch (error) {
    if (!(error instanceof KeyVaultError) || error.changedNothing) throw error;
    return unknown("key_vault_outcome_unknown", error.message);
  }
}
