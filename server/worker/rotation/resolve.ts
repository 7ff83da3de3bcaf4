import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { readRoleState } from "#server/integrations/postgres-roles/role-admin.ts";
import { OutsideTrouble } from "./outside-trouble.ts";
import { promoted } from "./promote.ts";
import { currentLogin, rotatorLogin, stagedLogin } from "./read-login.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Asks vault or target what is true after an act whose outcome nobody knows. Changes nothing itself. */
export async function resolve(run: RotationRun): Promise<StepResult> {
  await run.begin("resolve");
  switch (run.resumeState) {
    case "staged":
      return wasApplied(run);
    case "verified":
      return wasPromoted(run);
    case "revoking":
      return wasLocked(run);
    default:
      return wasStaged(run);
  }
}

async function wasStaged(run: RotationRun): Promise<StepResult> {
  const found = await run.outside("vault.ask-staged", () =>
    readDatabaseCredential(run.kv, run.stagedPath),
  );
  const isOurs = found.kind === "found" && found.credential.rotationId === run.rotationId;
  return run.record(isOurs ? "staged" : "requested", { note: "asked the vault" });
}

async function wasApplied(run: RotationRun): Promise<StepResult> {
  const staged = await stagedLogin(run, "vault.ask-staged");
  const probe = await run.outside("target.ask-applied", () =>
    probeLogin(run.claim.rotator.target, staged),
  );
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return run.record(probe.kind === "accepted" ? "applied" : "staged", { note: "asked the target" });
}

async function wasPromoted(run: RotationRun): Promise<StepResult> {
  const current = await currentLogin(run, "vault.ask-current");
  if (current.kind === "found") {
    if (current.credential.rotationId === run.rotationId) return promoted(run, current.version);
    if (current.version === run.handles.old.version) {
      return run.record("verified", { note: "asked the vault: not promoted" });
    }
  }
  return rollBack(run, {
    errorCode: "vault_moved_on",
    errorText: "Somebody else changed the vault's main path meanwhile. Nothing was changed there.",
  });
}

/** Locked or not, the way on is through `revoking`, which locks again and proves. */
async function wasLocked(run: RotationRun): Promise<StepResult> {
  const rotator = await rotatorLogin(run);
  const found = await run.outside("target.ask-locked", () =>
    readRoleState(run.claim.rotator.target, rotator, run.handles.old.role),
  );
  if (found.kind !== "done") {
    throw new OutsideTrouble({ errorCode: `target_${found.kind}`, errorText: found.text });
  }
  const note = found.canLogin ? "asked the target: not locked" : "asked the target: locked";
  return run.record("revoking", { note });
}
