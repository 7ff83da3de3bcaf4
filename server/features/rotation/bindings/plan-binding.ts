import "server-only";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { type RotationTargetHere, targetsHere } from "#server/features/rotation-targets/index.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { graceOf } from "../grace-of.ts";
import type { BindSecretInput, Rotator } from "../schema.ts";
import type { FoundBinding } from "./find-bindings.ts";
import { refuseStrangePlaces } from "./refuse-strange-places.ts";

export type Asked = z.output<typeof BindSecretInput>;

/** What judging a reference takes besides itself, the same for a whole import. */
export interface BindingJudgement {
  tenant: AuthorizedTenantId;
  /** Null for the installation itself, whose configuration is an operator's word. */
  targets: readonly RotationTargetHere[] | null;
  now: Date;
}

export async function bindingJudgement(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
): Promise<BindingJudgement> {
  const targets = actor.kind === "system" ? null : await targetsHere(tx);
  return { tenant, targets, now: await tx.startedAt() };
}

export interface PlannedBinding {
  outcome: "created" | "changed" | "adopted" | "restored" | "unchanged";
  rotator: Rotator;
  rest: Record<string, string | number | null>;
  vouchedBy: FoundBinding["vouched_by"];
}

/**
 * What binding this would come to, without writing anything: a new reference, a changed one, one
 * that discovery had found (adopted), one that was unbound (restored), or nothing new. Throws
 * `invalid` or `conflict` naming the field.
 */
export function planBinding(
  { tenant, targets, now }: BindingJudgement,
  asked: Asked,
  found: FoundBinding | undefined,
): PlannedBinding {
  const { name, class: secretClass, environment, owner, region } = asked;
  const graceSeconds = graceOf(asked.rotator, asked.graceSeconds);
  const rest = { name, class: secretClass, environment, owner, graceSeconds, region };
  const rotator = found ? keepRoles(found.rotator, asked.rotator) : asked.rotator;
  const isLive = found !== undefined && found.origin === "bound" && found.state !== "retired";
  const isSamePlace =
    isLive && found.environment === environment && isDeepStrictEqual(found.rotator, rotator);
  if (isSamePlace && isDeepStrictEqual(found.rest, rest)) {
    return { outcome: "unchanged", rotator, rest, vouchedBy: found.vouched_by };
  }
  if (found?.state === "rotating" && !isSamePair(found.rotator, rotator)) {
    throw new AppError("conflict", "A rotation of this credential is under way.", {
      said: { key: "bindings.rotating" },
      field: "path",
      remedy: "Change the reference when the rotation is done.",
    });
  }
  if (asked.lastRotatedAt && asked.lastRotatedAt.getTime() > now.getTime() + CLOCK_SKEW_MILLIS) {
    throw new AppError("invalid", "lastRotatedAt: lies in the future", {
      said: { key: "bindings.futureRotation" },
      field: "lastRotatedAt",
    });
  }
  // Who leaves the place as it is names none: what vouched for it does so still.
  if (!isSamePlace && targets) refuseStrangePlaces(tenant, { ...asked, rotator }, targets);
  const vouchedBy = isSamePlace ? found.vouched_by : targets ? "target" : "console";
  return { outcome: outcomeOf(found), rotator, rest, vouchedBy };
}

const CLOCK_SKEW_MILLIS = 5 * 60_000;

function outcomeOf(found: FoundBinding | undefined): PlannedBinding["outcome"] {
  if (!found) return "created";
  if (found.state === "retired") return "restored";
  return found.origin === "discovered" ? "adopted" : "changed";
}

/** Which role of the pair is active is what rotations made of it, not what the reference first said. */
function keepRoles(stored: Rotator, asked: Rotator): Rotator {
  if (stored.kind !== "postgres-dual-user" || asked.kind !== "postgres-dual-user") return asked;
  const isSwapped =
    stored.activeRole === asked.standbyRole && stored.standbyRole === asked.activeRole;
  if (!isSwapped) return asked;
  return { ...asked, activeRole: stored.activeRole, standbyRole: stored.standbyRole };
}

function isSamePair(stored: Rotator, asked: Rotator): boolean {
  if (isDeepStrictEqual(stored, asked)) return true;
  if (stored.kind !== "postgres-dual-user" || asked.kind !== "postgres-dual-user") return false;
  return isDeepStrictEqual({ ...stored, target: null }, { ...asked, target: null });
}
