import "server-only";
import type { StepResult } from "#server/features/rotation/schema.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { lockRole } from "#server/integrations/postgres-roles/role-admin.ts";
import { OutsideTrouble, type Trouble } from "./outside-trouble.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";
import type { RotationRun } from "./rotation-run.ts";

/** Locks the old user and proves it dead: its own old value is refused while the new one is let in. */
export async function revoke(run: RotationRun): Promise<StepResult> {
  await run.begin("revoke");
  const whyNot = await whyNotSafe(run);
  if (whyNot) return whyNot;
  const { target } = run.claim.rotator;
  const { old } = run.handles;
  const rotator = await rotatorLogin(run);
  const locked = await run.outside("target.lock-old", () => lockRole(target, rotator, old.role));
  if (locked.kind === "unknown") {
    const errorText = locked.text.slice(0, 500);
    return run.record("indeterminate", { errorCode: "target_outcome_unknown", errorText });
  }
  if (locked.kind === "unreachable") {
    throw new OutsideTrouble({ errorCode: "target_unreachable", errorText: locked.text });
  }
  if (locked.kind === "refused") {
    return failed(run, { errorCode: `target_${locked.code}`, errorText: locked.text });
  }
  return proveDead(run, locked.sessions);
}

/** Whatever the main path holds must log in, and must not be the user we are about to lock. */
async function whyNotSafe(run: RotationRun): Promise<StepResult | null> {
  const { old, new: fresh } = run.handles;
  const current = await currentLogin(run, "vault.recheck-current");
  if (current.kind !== "found") {
    return failed(run, {
      errorCode: "current_missing",
      errorText: `The vault's main path is ${current.kind}; the old user was left alone.`,
    });
  }
  if (current.credential.username !== fresh.role) {
    return run.record("orphaned", {
      errorCode: "vault_moved_on",
      errorText:
        current.credential.username === old.role
          ? "Somebody put the old user back into the vault's main path, so it was not locked."
          : "Somebody put another user into the vault's main path; nobody was locked.",
    });
  }
  const probe = await run.outside("target.probe-new", () =>
    probeLogin(run.claim.rotator.target, current.credential),
  );
  if (probe.kind === "accepted") return null;
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return failed(run, {
    errorCode: "current_refused",
    errorText: `The vault's current login is refused (${probe.text}); the old user was left alone.`,
  });
}

async function proveDead(run: RotationRun, sessions: number): Promise<StepResult> {
  const { old } = run.handles;
  const found = await run.outside("vault.read-old", () =>
    readDatabaseCredential(run.kv, run.claim.path, old.version),
  );
  if (found.kind !== "found" || found.credential.username !== old.role) {
    return failed(run, {
      errorCode: "old_value_gone",
      errorText: `Version ${old.version} no longer holds the old login, so its death can't be proved. The role is locked.`,
    });
  }
  const probe = await run.outside("target.probe-old", () =>
    probeLogin(run.claim.rotator.target, found.credential),
  );
  if (probe.kind === "refused") {
    const note = `the old login was refused (${probe.code}); ${sessions} sessions ended`;
    return run.record("verified_dead", { note });
  }
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  return failed(run, {
    errorCode: "old_still_alive",
    errorText: "The old user was locked but still logs in.",
  });
}

function failed(run: RotationRun, { errorCode, errorText }: Trouble): Promise<StepResult> {
  return run.record("revoke_failed", { errorCode, errorText: errorText.slice(0, 500) });
}
