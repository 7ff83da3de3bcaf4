import "server-only";
import { judgeAct } from "#server/engines/elevation/judge-act.ts";
import type { Caller } from "../actor.ts";
import { type TenantTx, withTenant } from "../db/tenant-transaction.ts";
import { AppError } from "../errors/app-error.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import { liveGrantsOf } from "./live-grants.ts";
import { PRODUCTION_SCOPES, type Scope } from "./scopes.ts";

/** The environment that an act names. */
export interface ActPlace {
  readonly environment: string;
  /** It rejects, freezes or ends: whoever may do so by role may do so at any time. */
  readonly isOnlyStopping?: boolean;
}

/**
 * The caller with what live grants add, read from the database at every call: a revocation bites on
 * the next one. Only for people; what a grant adds counts in its environment (`callerOfAct`).
 */
export async function elevated(caller: Caller): Promise<Caller> {
  if (caller.actor.kind !== "user") return caller;
  return withTenant(caller.tenant, "tenant", (tx) => elevatedIn(tx, caller), { readOnly: true });
}

/** The same in a transaction that is there already. */
export async function elevatedIn(tx: TenantTx, caller: Caller): Promise<Caller> {
  const { actor, tenant } = caller;
  if (actor.kind !== "user") return caller;
  const grants = await liveGrantsOf(tx, tenant, actor);
  if (grants.length === 0) return caller;
  const scopes = new Set([...caller.scopes, ...grants.flatMap((grant) => grant.scopes)]);
  return { ...caller, scopes, elevation: { standing: caller.scopes, grants } };
}

/**
 * The caller as an act sees it, looked up in the act's own transaction: a grant that counts stays until
 * it is over, so that a revocation comes before or after, never in between. Throws `elevation_required`
 * when the scope takes a live grant there and none is, `forbidden` when a grant cannot reach the act.
 */
export async function callerOfAct(
  tx: TenantTx,
  caller: Caller,
  scope: Scope,
  place: ActPlace | null,
): Promise<Caller> {
  const { actor, tenant } = caller;
  if (actor.kind !== "user") return caller;
  const standing = caller.elevation?.standing ?? caller.scopes;
  const grants = place ? await liveGrantsOf(tx, tenant, actor, { hold: true }) : [];
  const isProductionRight = (PRODUCTION_SCOPES as readonly Scope[]).includes(scope);
  const { verdict, scopes } = judgeAct({
    standing,
    grants,
    scope,
    environment: place?.environment ?? null,
    isOnlyStopping: place?.isOnlyStopping ?? false,
    isDemanded:
      place !== null &&
      isProductionRight &&
      (await demandsElevation(tx, tenant, place.environment)),
  });
  if (verdict === "out-of-reach") {
    throw new AppError("forbidden", `This needs the scope ${scope} from a role.`, {
      said: { key: "needsScopeByRole", args: { scope } },
      remedy: "It belongs to no environment, and elevation is for one.",
    });
  }
  if (verdict === "elevation-required") {
    throw elevationRequired(scope, place?.environment ?? "");
  }
  return { ...caller, scopes: scopes as ReadonlySet<Scope> };
}

/** Whether production rights there are by grant only. */
export async function demandsElevation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: string,
): Promise<boolean> {
  const [policy] = await tx.query<{ demands: boolean }>(
    `SELECT coalesce((v.spec ->> 'requiresElevation')::boolean, false) AS demands
     FROM environment_policy p JOIN environment_policy_version v
       ON v.tenant_id = p.tenant_id AND v.environment = p.environment AND v.version = p.version
     WHERE p.tenant_id = $1 AND p.environment = $2`,
    [tenant, environment],
  );
  return policy?.demands ?? false;
}

function elevationRequired(scope: Scope, environment: string): AppError {
  return new AppError("elevation_required", `${scope} in ${environment} takes a live elevation.`, {
    remedy: "Ask for it on the page Access; once it is approved and activated, try again.",
  });
}
