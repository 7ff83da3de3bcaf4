import "server-only";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { type Orphaned, orphaned, type Unknown, unknown } from "./outcome.ts";

/** Somebody wrote the main path after our promotion: what consumers read is not ours to replace. */
export const MOVED_ON_SINCE = orphaned(
  "vault_moved_on",
  "Somebody else wrote the vault's main path since. Nothing was taken back.",
);

/**
 * Writes the old value back. Gives the version; `unknown` when no answer can be trusted (the next
 * attempt looks first), or that somebody else was quicker; throws what certainly changed nothing.
 */
export async function restored(write: () => Promise<number>): Promise<number | Unknown | Orphaned> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    if (error.failure === "cas_mismatch") return MOVED_ON_SINCE;
    if (error.changedNothing) throw error;
    return unknown("vault_outcome_unknown", error.message);
  }
}
