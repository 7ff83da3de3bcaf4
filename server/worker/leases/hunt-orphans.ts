import "server-only";
import { ledgerOfRole } from "#server/features/leases/queries.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { findDueKeys, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { Outside } from "../rotation/outside.ts";
import { OutsideTrouble } from "../rotation/outside-trouble.ts";

export interface Hunt {
  tenant: AuthorizedTenantId;
  vault: OpenBaoClient;
  outside: Outside;
  leaseId: string;
  mount: string;
  role: string;
  isExclusive: boolean;
  /** Since when a login may have been made that nobody recorded. */
  attemptedAt: Date;
}

export type HuntResult = { kind: "clean"; ended: number } | { kind: "impossible"; why: string };

/** OpenBao's clock may be behind ours, and it counts in whole seconds. */
const SKEW_MILLIS = 10_000;

/**
 * Finds logins that were made for a lease of ours and never recorded, and ends them. Only for roles
 * that the console alone issues from, and only what no ledger knows; else they are left to run out.
 * Throws `OutsideTrouble` while another issue from the same role is under way.
 */
export async function huntOrphans(hunt: Hunt): Promise<HuntResult> {
  const { tenant, vault, outside, mount, role } = hunt;
  if (!hunt.isExclusive) return impossible("others may issue from this role too");
  const [shared] = await findDueKeys<{ tenants: number }>("app.tenants_of_database_role($1, $2)", [
    mount,
    role,
  ]);
  if ((shared?.tenants ?? 2) > 1) return impossible("another organization uses this role too");
  const listed = await list(hunt);
  if (!listed) return impossible("the console may not list leases");
  // Read after listing: whatever was listed has its intent in the ledger by now.
  const { known, isBusy } = await withTenant(
    tenant,
    "worker",
    (tx) => ledgerOfRole(tx, tenant, { mount, role, except: hunt.leaseId }),
    { readOnly: true },
  );
  if (isBusy) {
    throw new OutsideTrouble({
      errorCode: "another_issue_under_way",
      errorText: `Another login of ${role} is being issued: what is ours can't be told from it yet.`,
    });
  }
  let ended = 0;
  for (const leaseRef of listed.filter((each) => !known.has(each))) {
    const found = await outside("lease.look", () => vault.leases.lookup(leaseRef));
    const since = hunt.attemptedAt.getTime() - SKEW_MILLIS;
    if (!found || Date.parse(found.issuedAt) < since) continue;
    await outside("lease.end-orphan", () => vault.leases.revoke(leaseRef));
    ended += 1;
  }
  return { kind: "clean", ended };
}

async function list({ vault, outside, mount, role }: Hunt): Promise<string[] | null> {
  const prefix = vault.database(mount).leasePrefix(role);
  try {
    return await outside("lease.list", () => vault.leases.list(prefix));
  } catch (error) {
    const isForbidden = error instanceof OpenBaoError && error.failure === "permission_denied";
    if (isForbidden) return null;
    throw error;
  }
}

function impossible(why: string): HuntResult {
  return { kind: "impossible", why };
}
