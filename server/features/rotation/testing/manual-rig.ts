import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { manualWork } from "../manual/queries.ts";
import type { SecretClass } from "../rules.ts";
import { newRig, type Rig } from "./rotation-rig.ts";

export const DAY_MILLIS = 86_400_000;

export const EVIDENCE = {
  note: "Re-keyed with five share holders present; minutes are in the safe.",
  link: "https://records.test/ceremonies/2026-q4",
  digest: "ab".repeat(32),
};

/** A tenant with one credential that people change by hand each 90 days, last done 100 days ago. */
export function manualRig({
  isConfirmed = false,
  class: secretClass = "manual",
  ageDays = 100,
}: {
  isConfirmed?: boolean;
  class?: SecretClass;
  ageDays?: number;
} = {}): Promise<Rig> {
  return newRig({
    class: secretClass,
    store: "none",
    rotator: {
      kind: "manual",
      instructions: "Call the share holders together and follow the runbook.",
      intervalDays: 90,
      isConfirmed,
    },
    currentVersion: null,
    lastRotatedAt: new Date(Date.now() - ageDays * DAY_MILLIS),
  });
}

export async function workOf({ tenant, bindingId, officer }: Rig) {
  const at = { tenant, actor: officer.actor };
  return (await withTenant(tenant, "tenant", (tx) => manualWork(tx, at, bindingId))).work;
}
