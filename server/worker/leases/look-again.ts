import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import type { LeaseWork } from "./tend-lease.ts";

/** Whether OpenBao still knows it. One that is gone before its time is lost, and people are told. */
export async function lookAgain(work: LeaseWork): Promise<void> {
  const { lease, vault, outside } = work;
  const { leaseRef } = lease;
  if (!leaseRef) throw new Error("an active lease has its name");
  const found = await outside("lease.look", () => vault.leases.lookup(leaseRef));
  if (found) await work.record({ to: "active", ttlSeconds: found.ttlSeconds });
  else await recordGone(work);
}

/** OpenBao gives at most what the role allows; the new end is what it says. */
export async function renew(work: LeaseWork): Promise<void> {
  const { lease, vault, outside } = work;
  const { leaseRef, ttlSeconds } = lease;
  if (!leaseRef) throw new Error("a lease that is renewed has its name");
  const lives = await outside("lease.renew", () =>
    vault.leases.renew(leaseRef, ttlSeconds ?? 3_600),
  );
  if (lives === null) await recordGone(work);
  else await work.record({ to: "active", ttlSeconds: lives });
}

/** Clocks differ a little: what ends within these seconds of its time has run out. */
const CLOCK_SECONDS = 5;

async function recordGone(work: LeaseWork): Promise<void> {
  const { leaseId, expiresAt, workload, role } = work.lease;
  const secondsLeft = expiresAt ? (expiresAt.getTime() - Date.now()) / 1_000 : 0;
  const proof = "OpenBao doesn't know the lease any more";
  if (secondsLeft <= CLOCK_SECONDS) {
    await work.record({ to: "expired", proof });
    return;
  }
  const idempotencyKey = `lease-lost-${leaseId}`;
  await runVerb(
    raiseAlert,
    { ...work.caller, idempotencyKey },
    {
      kind: "lease-lost",
      severity: "warning",
      subjectRef: `lease/${leaseId}`,
      detail: `OpenBao does not know a lease of ${workload} (${role}) any more, before its time and not through the console.`,
    },
  );
  await work.record({ to: "lost", proof });
}
