import "server-only";
import type { LookFacts, OldUse } from "#server/features/rotation/consumers/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { OutsideTrouble } from "#server/worker/rotation/outside-trouble.ts";
import { oldLease } from "./old-lease.ts";
import { oldSessions } from "./old-sessions.ts";

type Vault = Pick<OpenBaoClient, "kv" | "leases">;

/**
 * What targets tell of the old value's use; empty where none tells. Throws OutsideTrouble or
 * OpenBaoError when vault or target can't be asked.
 */
export async function oldUses(vault: Vault, facts: LookFacts): Promise<OldUse[]> {
  const sessions = await oldSessions(vault.kv, facts);
  return sessions ? [sessions] : oldLease(vault, facts);
}

/** The same, with a source that is away told as unknown instead of thrown. */
export async function oldUsesOrUnknown(vault: Vault, facts: LookFacts): Promise<OldUse[]> {
  try {
    return await oldUses(vault, facts);
  } catch (error) {
    const reason = reasonOf(error);
    if (!reason) throw error;
    const asked =
      facts.rotator.kind === "openbao-dynamic"
        ? ({ source: "leases", heldBy: facts.rotator.workload } as const)
        : ({ source: "sessions" } as const);
    return [{ ...asked, state: "unknown", reason, uses: null, lastUsedAt: null }];
  }
}

function reasonOf(error: unknown): string | null {
  if (error instanceof OutsideTrouble) return error.trouble.errorCode.replaceAll("_", "-");
  if (error instanceof OpenBaoError) return `vault-${error.failure}`.replaceAll("_", "-");
  return null;
}
