import "server-only";
import type { OpenbaoStaticRole } from "#server/features/rotation/schema.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import { type ProbeResult, probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import type { OutsideCall } from "../../outside.ts";
import { ValueMissingError } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";

/** What OpenBao gives out for the role now. Read only where a login is going to be tried. */
export async function currentLogin(
  run: RotationRun,
  { mount, role }: OpenbaoStaticRole,
): Promise<TargetLogin> {
  const engine = run.vault.database(mount);
  const found = await run.outside("database.read-value", () => engine.staticCredential(role));
  if (!found) throw new ValueMissingError(`static role ${role}`, "absent");
  return { username: found.username, password: found.password };
}

/** Tries what OpenBao gives out; null where the console can't reach the database. */
export async function probeCurrent(
  run: RotationRun,
  settings: OpenbaoStaticRole,
  call: OutsideCall,
): Promise<ProbeResult | null> {
  const { login } = settings;
  if (!login) return null;
  const current = await currentLogin(run, settings);
  return run.outside(call, () => probeLogin(login.target, current));
}
