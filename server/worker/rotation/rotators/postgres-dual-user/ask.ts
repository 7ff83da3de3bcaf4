import "server-only";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { readDatabaseCredential } from "#server/integrations/openbao/database-credential.ts";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { readRoleState } from "#server/integrations/postgres-roles/role-admin.ts";
import { refused, type Truth } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { currentLogin, rotatorLogin, stagedLogin } from "./read-login.ts";

/** Asks vault or target what is true after an act whose outcome nobody knows. */
export function ask(context: PairContext, resume: RotationState): Promise<Truth> {
  switch (resume) {
    case "staged":
      return wasApplied(context);
    case "verified":
      return wasPromoted(context);
    case "revoking":
      return wasLocked(context);
    default:
      return wasStaged(context, resume);
  }
}

async function wasStaged({ run }: PairContext, resume: RotationState): Promise<Truth> {
  const found = await run.outside("vault.ask-staged", () =>
    readDatabaseCredential(run.kv, run.stagedPath),
  );
  const isOurs = found.kind === "found" && found.credential.rotationId === run.rotationId;
  return { kind: "state", state: isOurs ? "staged" : resume, note: "asked the vault" };
}

async function wasApplied({ run, pair }: PairContext): Promise<Truth> {
  const staged = await stagedLogin(run, "vault.ask-staged");
  const probe = await run.outside("target.ask-applied", () => probeLogin(pair.target, staged));
  if (probe.kind === "unknown") {
    throw new OutsideTrouble({ errorCode: "target_unknown", errorText: probe.text });
  }
  const state = probe.kind === "accepted" ? "applied" : "staged";
  return { kind: "state", state, note: "asked the target" };
}

async function wasPromoted({ run }: PairContext): Promise<Truth> {
  const current = await currentLogin(run, "vault.ask-current");
  if (current.kind === "found") {
    if (current.credential.rotationId === run.rotationId) {
      return { kind: "promoted", version: current.version };
    }
    if (current.version === run.handles.old.version) {
      return { kind: "state", state: "verified", note: "asked the vault: not promoted" };
    }
  }
  return refused(
    "vault_moved_on",
    "Somebody else changed the vault's main path meanwhile. Nothing was changed there.",
  );
}

/** Locked or not, the way on is through `revoking`, which locks again and proves. */
async function wasLocked(context: PairContext): Promise<Truth> {
  const rotator = await rotatorLogin(context);
  const found = await context.run.outside("target.ask-locked", () =>
    readRoleState(context.pair.target, rotator, rolesOf(context).old),
  );
  if (found.kind !== "done") {
    throw new OutsideTrouble({ errorCode: `target_${found.kind}`, errorText: found.text });
  }
  const note = found.canLogin ? "asked the target: not locked" : "asked the target: locked";
  return { kind: "state", state: "revoking", note };
}
