import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { recordCredentialWatch } from "../verbs/record-credential-watch.ts";
import { requestRenewal } from "../verbs/request-renewal.ts";
import { credentialWatch } from "../watched/queries.ts";
import type { Observation } from "../watched/schema.ts";
import { newRig, type Rig } from "./rotation-rig.ts";

export const DAY_MILLIS = 86_400_000;

/** A tenant with one certificate of cert-manager. */
export function certificateRig(
  at: { namespace: string; certificate: string } = { namespace: "shop", certificate: "front" },
): Promise<Rig> {
  return newRig({
    class: "tls-certificate",
    store: "kubernetes",
    path: `${at.namespace}/${at.certificate}`,
    rotator: { kind: "cert-manager", ...at },
    currentVersion: null,
    lastRotatedAt: null,
  });
}

export function issued(revision: number, ageDays = 10): Observation {
  const notBefore = new Date(Math.floor(Date.now() / 1000) * 1000 - ageDays * DAY_MILLIS);
  return {
    notBefore,
    notAfter: new Date(notBefore.getTime() + 60 * DAY_MILLIS),
    renewsAt: new Date(notBefore.getTime() + 40 * DAY_MILLIS),
    facts: { revision, isReady: true },
  };
}

export function watcher({ tenant }: Rig): Caller {
  return workerOf(tenant, ["runtime.rotations.execute"]);
}

export function see(rig: Rig, observation: Observation) {
  const { bindingId } = rig;
  return runVerb(recordCredentialWatch, watcher(rig), { bindingId, seen: { observation } });
}

export async function watchOf({ tenant, bindingId }: Rig) {
  const found = await withTenant(tenant, "tenant", (tx) => credentialWatch(tx, tenant, bindingId));
  if (!found.watch) throw new Error("nobody watches it");
  return found.watch;
}

export function askRenewal(rig: Rig) {
  const { bindingId } = rig;
  return runVerb(requestRenewal, rig.officer, { bindingId, reason: "its key may be known" });
}
