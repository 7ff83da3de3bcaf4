import "server-only";
import { randomBytes } from "node:crypto";
import type { StepResult } from "#server/features/rotation/schema.ts";
import {
  credentialFields,
  readDatabaseCredential,
} from "#server/integrations/openbao/database-credential.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { readRoleState } from "#server/integrations/postgres-roles/role-admin.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { OutsideTrouble } from "./outside-trouble.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";
import { rollBack } from "./roll-back.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Makes the new value and puts it beside the main path, once. */
export async function stage(run: RotationRun): Promise<StepResult> {
  const current = await currentLogin(run, "vault.read-current");
  if (current.kind !== "found") {
    return rollBack(run, {
      errorCode: "current_missing",
      errorText: `The vault's main path is ${current.kind}.`,
    });
  }
  const { activeRole, standbyRole } = run.claim.rotator;
  const oldRole = current.credential.username;
  if (oldRole !== activeRole && oldRole !== standbyRole) {
    return rollBack(run, {
      errorCode: "unknown_role",
      errorText: `The vault's main path holds the role ${oldRole}, which is not one of the pair.`,
    });
  }
  const newRole = oldRole === activeRole ? standbyRole : activeRole;
  const unfit = await whyUnfit(run, newRole);
  if (unfit) return unfit;
  await run.begin("stage", {
    oldHandle: { role: oldRole, version: current.version },
    newHandle: { role: newRole, stagedPath: run.stagedPath, version: null },
  });
  if (!(await isStaged(run))) {
    try {
      await writeFreshValue(run, newRole);
    } catch (error) {
      if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
      return run.record("indeterminate", {
        errorCode: "vault_outcome_unknown",
        errorText: error.message,
      });
    }
  }
  return run.record("staged", { note: `for role ${newRole}` });
}

/** A standby that somebody uses must not get a new password under their feet. */
async function whyUnfit(run: RotationRun, role: string): Promise<StepResult | null> {
  const rotator = await rotatorLogin(run);
  const found = await run.outside("target.read-standby", () =>
    readRoleState(run.claim.rotator.target, rotator, role),
  );
  if (found.kind === "refused") {
    return rollBack(run, { errorCode: `target_${found.code}`, errorText: found.text });
  }
  if (found.kind !== "done") {
    throw new OutsideTrouble({ errorCode: `target_${found.kind}`, errorText: found.text });
  }
  if (!found.exists) {
    return rollBack(run, {
      errorCode: "standby_missing",
      errorText: `The standby role ${role} does not exist.`,
    });
  }
  if (found.sessions === 0) return null;
  return rollBack(run, {
    errorCode: "standby_in_use",
    errorText: `The standby role ${role} has ${found.sessions} open sessions. End them, then rotate again.`,
  });
}

/** Whether our value waits there already; what an earlier rotation left is cleared away. */
async function isStaged(run: RotationRun): Promise<boolean> {
  const found = await run.outside("vault.read-staged", () =>
    readDatabaseCredential(run.kv, run.stagedPath),
  );
  if (found.kind === "absent") return false;
  if (found.kind === "found" && found.credential.rotationId === run.rotationId) return true;
  await run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  return false;
}

async function writeFreshValue(run: RotationRun, username: string): Promise<void> {
  const password = SecretValue.of(randomBytes(32).toString("base64url"));
  const fields = credentialFields({ username, password, rotationId: run.rotationId });
  await run.outside("vault.stage", () => run.kv.write(run.stagedPath, fields, 0));
}
