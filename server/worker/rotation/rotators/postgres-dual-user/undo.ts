import "server-only";
import { lockRole } from "#server/integrations/postgres-roles/role-admin.ts";
import type { Undoing } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import { type PairContext, rolesOf } from "./context.ts";
import { currentLogin, rotatorLogin } from "./read-login.ts";

/**
 * The standby is locked again, the staged value goes. Makes sure first that nobody depends on the
 * standby; if our value is in the main path after all, the rotation was promoted, and goes on.
 */
export async function undo(context: PairContext): Promise<Undoing> {
  const { run, pair } = context;
  const { fresh } = rolesOf(context);
  const current = await currentLogin(run, "vault.ask-current");
  if (current.kind === "found") {
    const { rotationId, username } = current.credential;
    if (rotationId === run.rotationId) return { kind: "promoted", version: current.version };
    if (username === fresh) {
      throw new OutsideTrouble({
        errorCode: "standby_is_current",
        errorText: `The vault's main path names ${username}: it can't be locked. Put the old user back, or another.`,
      });
    }
  }
  if (mayHaveBeenApplied(context)) {
    const rotator = await rotatorLogin(context);
    const locked = await run.outside("target.lock-standby", () =>
      lockRole(pair.target, rotator, fresh),
    );
    if (locked.kind !== "done") {
      throw new OutsideTrouble({ errorCode: `target_${locked.kind}`, errorText: locked.text });
    }
  }
  await run.outside("vault.unstage", () => run.kv.deleteKey(run.stagedPath));
  return { kind: "undone" };
}

function mayHaveBeenApplied({ run }: PairContext): boolean {
  const state = run.state === "indeterminate" ? run.resumeState : run.state;
  return state !== "requested" && state !== "awaiting_approval";
}
