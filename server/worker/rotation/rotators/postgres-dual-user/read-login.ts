import "server-only";
import {
  type CredentialRead,
  type DatabaseCredential,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import type { OutsideCall } from "../../outside.ts";
import { ValueMissingError } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";
import type { PairContext } from "./context.ts";

/** The value that waits on the sibling path; throws when it isn't this rotation's. */
export async function stagedLogin(
  run: RotationRun,
  call: OutsideCall,
): Promise<DatabaseCredential> {
  const found = await run.outside(call, () => readDatabaseCredential(run.kv, run.stagedPath));
  if (found.kind !== "found") throw new ValueMissingError("staged value", found.kind);
  if (found.credential.rotationId !== run.rotationId) {
    throw new ValueMissingError("staged value", "absent");
  }
  return found.credential;
}

/** The login that may alter the pair, read from the vault each time it is needed. */
export async function rotatorLogin({ run, pair }: PairContext): Promise<TargetLogin> {
  const path = pair.rotatorPath;
  const found = await run.outside("vault.read-rotator", () => readDatabaseCredential(run.kv, path));
  if (found.kind !== "found") throw new ValueMissingError("rotator's login", found.kind);
  return found.credential;
}

/** What the main path holds now. */
export function currentLogin(run: RotationRun, call: OutsideCall): Promise<CredentialRead> {
  return run.outside(call, () => readDatabaseCredential(run.kv, run.claim.path));
}
