import { randomBytes } from "node:crypto";
import type { Caller } from "#server/platform/actor.ts";
import { emitEvent } from "#server/platform/audit/emit.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenant,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { userOf } from "#test/fixtures/callers.ts";

/** A tenant of one test's own. */
export function freshTenant(): AuthorizedTenantId {
  return mintAuthorizedTenant(`t${randomBytes(6).toString("hex")}`);
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
  caller: Caller = userOf(tenant, "officer"),
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
