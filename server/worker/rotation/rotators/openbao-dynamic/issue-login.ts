import "server-only";
import type { OpenbaoDynamic } from "#server/features/rotation/schema.ts";
import type { DynamicCredential } from "#server/integrations/openbao/database-engine.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { leasedFields } from "../../../leases/leased-login.ts";
import { done, type Outcome, refused, unknown } from "../../outcome.ts";
import type { RotationRun } from "../../rotation-run.ts";
import { vaultWrite } from "../../vault-write.ts";
import type { RotationLedger } from "./rotation-ledger.ts";

/**
 * Asks for a login, records its lease, and puts it beside the main path. What an earlier try made and
 * lost was ended before.
 */
export async function issueLogin(
  run: RotationRun,
  settings: OpenbaoDynamic,
  ledger: RotationLedger,
): Promise<Outcome> {
  const { mount, role } = settings;
  const { leaseId } = await ledger.readyToIssue(settings);
  const engine = run.vault.database(mount);
  let made: DynamicCredential | null;
  try {
    made = await run.outside("lease.issue", () => engine.issueCredential(role));
  } catch (error) {
    if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
    return unknown("vault_outcome_unknown", error.message);
  }
  if (!made) {
    const text = `There is no role ${role} at ${mount}.`;
    await ledger.failed(leaseId, "role_missing", text);
    return refused("role_missing", text);
  }
  await ledger.issued(leaseId, made);
  const { username, password, leaseId: leaseRef } = made;
  const fields = leasedFields({ username, password, leaseRef, rotationId: run.rotationId });
  const unsure = await vaultWrite(() =>
    run.outside("vault.stage", () => run.kv.write(run.stagedPath, fields, 0)),
  );
  return unsure ?? done(`login ${username}, for ${made.ttlSeconds} s`);
}
