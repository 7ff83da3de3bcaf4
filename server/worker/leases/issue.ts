import "server-only";
import type { DynamicCredential } from "#server/integrations/openbao/database-engine.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { huntOrphans } from "./hunt-orphans.ts";
import { type LeasedRead, leasedFields, readLeasedLogin } from "./leased-login.ts";
import type { LeaseWork } from "./tend-lease.ts";

/** OpenBao's own limit, where a role names none. */
const SYSTEM_TTL_SECONDS = 768 * 3_600;
const MARGIN_SECONDS = 60;

/** Asks for a login, unless an earlier try may have made one: that is searched for first. */
export async function issueNew(work: LeaseWork): Promise<void> {
  const { lease } = work;
  if (lease.attemptedAt && !(await isAccountedFor(work, lease.attemptedAt))) return;
  // A rotation that is over wants none any more.
  if (lease.rotationId) {
    await work.record({ to: "failed", trouble: NOT_WANTED });
    return;
  }
  await issue(work);
}

/** The value of an earlier try never came to its path and is lost: its login is ended first. */
export async function issueLost(work: LeaseWork): Promise<void> {
  const { lease, vault, outside } = work;
  const { leaseRef } = lease;
  if (!leaseRef) throw new Error("an issued lease has its name");
  const now = await main(work);
  if (now.kind === "found" && now.login.leaseRef === leaseRef) {
    await work.record({ to: "active", kvVersion: now.version, ...(await ttlOf(work, leaseRef)) });
    return;
  }
  if (lease.rotationId) {
    await work.record({ to: "revoking", dueInSeconds: 0 });
    return;
  }
  await outside("lease.revoke-lost", () => vault.leases.revoke(leaseRef));
  await work.record({ to: "issuing" });
  await issue(work);
}

/** Finds out whether a login was made after all; when it can't be known, waits until it has run out. */
export async function searchForIssued(work: LeaseWork): Promise<void> {
  const { attemptedAt, rotationId } = work.lease;
  if (!attemptedAt) throw new Error("an indeterminate lease was attempted");
  if (!(await isAccountedFor(work, attemptedAt))) return;
  if (rotationId) await work.record({ to: "failed", trouble: NOT_WANTED });
  else await work.record({ to: "issuing", dueInSeconds: 0 });
}

const NOT_WANTED = {
  errorCode: "rotation_over",
  errorText: "Its rotation is over; nothing was left behind.",
};

async function isAccountedFor(work: LeaseWork, attemptedAt: Date): Promise<boolean> {
  const { lease, vault, outside, caller } = work;
  const { leaseId, mount, role, isExclusive } = lease;
  const { tenant } = caller;
  const hunt = { tenant, vault, outside, leaseId, mount, role, isExclusive, attemptedAt };
  const found = await huntOrphans(hunt);
  if (found.kind === "clean") return true;
  // Nobody renews what nobody knows: it lives as long as its role says at first.
  const known = await outside("database.read-role", () => vault.database(mount).dynamicRole(role));
  const lifeSeconds = (known?.defaultTtlSeconds || SYSTEM_TTL_SECONDS) + MARGIN_SECONDS;
  const secondsLeft = Math.ceil((attemptedAt.getTime() - Date.now()) / 1_000) + lifeSeconds;
  const errorText = `A login may have been made that nobody recorded. It can't be searched for: ${found.why}. It runs out by itself.`;
  const trouble = { errorCode: "lease_unaccounted", errorText };
  const dueInSeconds = Math.min(86_400, Math.max(secondsLeft, 1));
  if (lease.state === "indeterminate" && secondsLeft <= 0) {
    await work.record({
      to: "expired",
      proof: `${lifeSeconds} s have passed since it was asked for`,
    });
  } else await work.record({ to: "indeterminate", trouble, dueInSeconds });
  return false;
}

async function issue(work: LeaseWork): Promise<void> {
  const { lease, vault, outside } = work;
  const { mount, role } = lease;
  let made: DynamicCredential | null;
  try {
    made = await outside("lease.issue", () => vault.database(mount).issueCredential(role));
  } catch (error) {
    if (!(error instanceof OpenBaoError) || error.changedNothing) throw error;
    const trouble = { errorCode: "vault_outcome_unknown", errorText: error.message };
    await work.record({ to: "indeterminate", trouble, dueInSeconds: 1 });
    return;
  }
  if (!made) {
    const errorText = `There is no role ${role} at ${mount}.`;
    await work.record({ to: "failed", trouble: { errorCode: "role_missing", errorText } });
    return;
  }
  const { leaseId: leaseRef, username, password, ttlSeconds } = made;
  await work.record({ to: "issued", issued: { leaseRef, username }, ttlSeconds });
  await deliver(work, { username, password, leaseRef, rotationId: null }, ttlSeconds);
}

/** Puts the login where its workload reads. Lost on the way, it is ended and asked for again. */
async function deliver(
  { lease, vault, outside, ...work }: LeaseWork,
  login: Parameters<typeof leasedFields>[0],
  ttlSeconds: number,
): Promise<void> {
  const now = await main({ lease, vault, outside });
  const before = now.kind === "absent" ? 0 : now.version;
  try {
    const write = () => vault.kv.write(lease.path, leasedFields(login), before);
    const kvVersion = await outside("lease.deliver", write);
    await work.record({ to: "active", kvVersion, ttlSeconds });
  } catch (error) {
    if (!(error instanceof OpenBaoError)) throw error;
    const trouble = { errorCode: `vault_${error.failure}`, errorText: error.message };
    await work.record({ to: "issued", trouble });
  }
}

function main({ lease, vault, outside }: Pick<LeaseWork, "lease" | "vault" | "outside">) {
  return outside<LeasedRead>("lease.read-main", () => readLeasedLogin(vault.kv, lease.path));
}

async function ttlOf({ vault, outside }: LeaseWork, leaseRef: string) {
  const found = await outside("lease.look", () => vault.leases.lookup(leaseRef));
  return found ? { ttlSeconds: found.ttlSeconds } : {};
}
