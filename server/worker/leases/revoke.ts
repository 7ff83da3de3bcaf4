import "server-only";
import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { OutsideTrouble } from "../rotation/outside-trouble.ts";
import { readLeasedLogin } from "./leased-login.ts";
import type { LeaseWork } from "./tend-lease.ts";

/** Revokes, and shows that it is over: looked up in vain, and the login refused where it can be tried. */
export async function revoke(work: LeaseWork): Promise<void> {
  const { lease, vault, outside } = work;
  const { leaseRef } = lease;
  if (!leaseRef) throw new Error("a lease that is revoked has its name");
  await outside("lease.revoke", () => vault.leases.revoke(leaseRef));
  const found = await outside("lease.look", () => vault.leases.lookup(leaseRef));
  if (found) {
    throw new OutsideTrouble({
      errorCode: "lease_still_known",
      errorText: "OpenBao was told to revoke the lease and still knows it.",
    });
  }
  await work.record({ to: "revoked", proof: await proofOf(work, leaseRef) });
}

async function proofOf({ lease, vault, outside }: LeaseWork, leaseRef: string): Promise<string> {
  const { target, path, kvVersion } = lease;
  const gone = "OpenBao doesn't know the lease any more";
  if (!target || !kvVersion) return `${gone}; the console has no login to try`;
  const found = await outside("lease.read-main", () => readLeasedLogin(vault.kv, path, kvVersion));
  if (found.kind !== "found" || found.login.leaseRef !== leaseRef) {
    return `${gone}; its value is not kept any more`;
  }
  const probe = await outside("lease.probe-ended", () => probeLogin(target, found.login));
  if (probe.kind === "refused")
    return `the lease is gone and its login was refused (${probe.code})`;
  throw new OutsideTrouble({
    errorCode: probe.kind === "accepted" ? "old_still_alive" : "target_unknown",
    errorText:
      probe.kind === "accepted"
        ? "The lease is gone, but its login still works."
        : `The login could not be tried (${probe.text}).`,
  });
}
