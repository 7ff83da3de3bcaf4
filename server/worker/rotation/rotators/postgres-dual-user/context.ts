import type { PostgresDualUser } from "#server/features/rotation/schema.ts";
import type { RotationRun } from "../../rotation-run.ts";

/** One rotation of a pair of roles: its run, and where the pair lives. */
export interface PairContext {
  readonly run: RotationRun;
  readonly pair: PostgresDualUser;
}

/** The roles that this rotation found, as it stored them before its first act. */
export function rolesOf({ run }: PairContext): { old: string; fresh: string } {
  const { old, new: fresh } = run.handles;
  if (!old.role || !fresh.role) throw new Error("this rotation's handles name no roles");
  return { old: old.role, fresh: fresh.role };
}
