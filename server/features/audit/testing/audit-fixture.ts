import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { Caller } from "#server/platform/actor.ts";
import { emitEvent } from "#server/platform/audit/emit.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenant,
} from "#server/platform/tenancy/authorized-tenant.ts";

/** A tenant of one test's own. */
export function freshTenant(): AuthorizedTenantId {
  return mintAuthorizedTenant(`t${randomBytes(6).toString("hex")}`);
}

/** A signed-in user of the tenant. */
export function userOf(
  tenant: AuthorizedTenantId,
  subject = "officer",
  scopes: readonly Scope[] = ["runtime.audit.read"],
): Caller {
  return {
    actor: {
      kind: "user",
      issuer: `https://idp.test/realms/${tenant}`,
      subject,
      sessionId: uuidv7(),
      displayName: `Name of ${subject}`,
      roles: ["security-officer"],
    },
    tenant,
    scopes: new Set(scopes),
    traceparent: `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`,
    requestId: uuidv7(),
  };
}

const DRAFT: AuditEventDraft = {
  type: "runtime.secrets.rotated",
  subject: "secret-binding/one",
  payload: { reason: "on schedule" },
};

/** Emits one event inside a transaction that the test holds. */
export function emitIn(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  draft: Partial<AuditEventDraft> = {},
  caller: Caller = userOf(tenant),
): Promise<string> {
  return emitEvent(tx, caller, { ...DRAFT, ...draft });
}

/** Emits and commits one event, as a verb would. Gives its id. */
export function emit(
  tenant: AuthorizedTenantId,
  draft: Partial<AuditEventDraft> = {},
  caller?: Caller,
): Promise<string> {
  return withTenant(tenant, "tenant", (tx) => emitIn(tx, tenant, draft, caller));
}

/** Emits `count` events in one transaction. */
export function emitMany(tenant: AuthorizedTenantId, count: number): Promise<string[]> {
  return withTenant(tenant, "tenant", async (tx) => {
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      ids.push(await emitIn(tx, tenant, { subject: `secret-binding/${n}` }));
    }
    return ids;
  });
}
