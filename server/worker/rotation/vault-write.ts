import "server-only";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { type Unknown, unknown } from "./outcome.ts";

/**
 * Does a write to the vault that must not be repeated blindly. Gives `unknown` when it left and no
 * answer can be trusted, null when it went through; throws what certainly changed nothing.
 */
export async function vaultWrite(write: () => Promise<unknown>): Promise<Unknown | null> {
  try {
    await write();
    return null;
  } catch (error) {
    if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
    return unknown("vault_outcome_unknown", error.message);
  }
}
