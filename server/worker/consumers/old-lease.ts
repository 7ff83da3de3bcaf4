import "server-only";
import type { LookFacts, OldUse } from "#server/features/rotation/consumers/schema.ts";
import type { Lease } from "#server/integrations/openbao/leases.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { readLeasedLogin } from "../leases/leased-login.ts";
import { sessionsOf, trouble } from "./old-sessions.ts";

/**
 * What OpenBao tells of the lease of an old login, and its database of the login's sessions; empty
 * where the old value has no lease. Throws OutsideTrouble or OpenBaoError when it can't be asked.
 *
 * A live lease is use: whoever holds it may open a session at any moment. Only a database that counts
 * no session, of a login that nobody renewed since the promotion, says otherwise (ADR 0019).
 */
export async function oldLease(
  { kv, leases }: Pick<OpenBaoClient, "kv" | "leases">,
  facts: LookFacts,
): Promise<OldUse[]> {
  const { rotator, oldHandle, path, promotedAt } = facts;
  if (rotator.kind !== "openbao-dynamic" || !oldHandle?.role) return [];
  const old = await readLeasedLogin(kv, path, oldHandle.version);
  if (old.kind !== "found") throw trouble("value_missing", `The old login is ${old.kind}.`);
  const lease = await leases.lookup(old.login.leaseRef);
  const sessions = rotator.target
    ? await sessionsNow(kv, path, rotator.target, oldHandle.role)
    : null;
  const told = sessions ? [sessions] : [];
  const heldBy = rotator.workload;
  if (!lease) return [...told, { ...NO_LEASE, heldBy, lastUsedAt: null }];
  const isIdle = sessions?.state === "unused" && !isRenewedSince(lease, promotedAt);
  return [
    ...told,
    {
      source: "leases",
      state: isIdle ? "unused" : "in-use",
      reason: reasonOf(lease, promotedAt, isIdle),
      uses: isIdle ? 0 : 1,
      lastUsedAt: new Date(lease.lastRenewedAt ?? lease.issuedAt),
      endsAt: lease.expiresAt ? new Date(lease.expiresAt) : null,
      heldBy,
    },
  ];
}

const NO_LEASE = { source: "leases", state: "unused", reason: "lease-over", uses: 0 } as const;

function reasonOf(lease: Lease, promotedAt: Date | null, isIdle: boolean): string {
  if (isIdle) return "lease-idle";
  return isRenewedSince(lease, promotedAt) ? "lease-renewed" : "lease-live";
}

/** OpenBao tells whole seconds: a renewal in the second of the promotion counts as after it. */
function isRenewedSince({ lastRenewedAt }: Lease, promotedAt: Date | null): boolean {
  if (!lastRenewedAt || !promotedAt) return false;
  return Date.parse(lastRenewedAt) >= Math.floor(promotedAt.getTime() / 1000) * 1000;
}

/** Any login may count the sessions of another; the workload's new one is at hand. */
async function sessionsNow(
  kv: OpenBaoClient["kv"],
  path: string,
  target: Parameters<typeof sessionsOf>[0],
  role: string,
): Promise<OldUse> {
  const now = await readLeasedLogin(kv, path);
  if (now.kind !== "found") throw trouble("value_missing", `The new login is ${now.kind}.`);
  return sessionsOf(target, now.login, role);
}
