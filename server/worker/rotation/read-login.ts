import "server-only";
import {
  type CredentialRead,
  type DatabaseCredential,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import type { OutsideCall } from "./outside.ts";
import type { RotationRun } from "./rotation-run.ts";

/** A path does not hold the login that it should. */
export class LoginMissingError extends Error {
  readonly what: string;

  constructor(what: string, found: CredentialRead["kind"]) {
    super(`the ${what} is ${found} in the vault`);
    this.name = "LoginMissingError";
    this.what = what;
  }
}

/** The value that waits on the sibling path; throws when it isn't this rotation's. */
export async function stagedLogin(
  run: RotationRun,
  call: OutsideCall,
): Promise<DatabaseCredential> {
  const found = await run.outside(call, () => readDatabaseCredential(run.kv, run.stagedPath));
  if (found.kind !== "found") throw new LoginMissingError("staged value", found.kind);
  if (found.credential.rotationId !== run.rotationId) {
    throw new LoginMissingError("staged value", "absent");
  }
  return found.credential;
}

/** The login that may alter the pair, read from the vault each time it is needed. */
export async function rotatorLogin(run: RotationRun): Promise<TargetLogin> {
  const path = run.claim.rotator.rotatorPath;
  const found = await run.outside("vault.read-rotator", () => readDatabaseCredential(run.kv, path));
  if (found.kind !== "found") throw new LoginMissingError("rotator's login", found.kind);
  return found.credential;
}

/** What the main path holds now. */
export function currentLogin(run: RotationRun, call: OutsideCall): Promise<CredentialRead> {
  return run.outside(call, () => readDatabaseCredential(run.kv, run.claim.path));
}
