import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { beginStep } from "../verbs/begin-step.ts";
import { markLeaked } from "../verbs/mark-leaked.ts";
import { pursueLeak } from "../verbs/pursue-leak.ts";
import { recordStep } from "../verbs/record-step.ts";
import type { Held, Rig } from "./rotation-rig.ts";

export const LEAK_REASON = "seen in a public code repository";

export function mark(rig: Rig, over: { leaked?: "current" | "old" } = {}) {
  return runVerb(markLeaked, rig.officer, {
    bindingId: rig.bindingId,
    reason: LEAK_REASON,
    ...over,
  });
}

export const pursuerOf = (rig: Rig) =>
  workerOf(rig.tenant, [
    "runtime.incidents.pursue",
    "runtime.alerts.raise",
    "runtime.approvals.request",
  ]);

/** As the worker does when it is due; here it is due at once. */
export async function pursue(rig: Rig, incidentId: string) {
  await asSuperuser(
    "UPDATE leak_incident SET pursue_at = clock_timestamp() WHERE incident_id = $1 AND pursue_at IS NOT NULL",
    [incidentId],
  );
  return runVerb(pursueLeak, pursuerOf(rig), { incidentId });
}

/** From grace to the proof that the old value is dead. */
export async function endOld(rig: Rig, held: Held): Promise<void> {
  const worker = rig.worker;
  await runVerb(beginStep, worker, { ...held, step: "revoke" });
  await runVerb(recordStep, worker, { ...held, to: "verified_dead", note: "refused (28P01)" });
  await runVerb(beginStep, worker, { ...held, step: "destroy" });
  await runVerb(recordStep, worker, { ...held, to: "done" });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at columns of every type
export async function incidentRow(rig: Rig, incidentId: string): Promise<any> {
  const [row] = await withTenant(rig.tenant, "tenant", (tx) =>
    tx.query<Record<string, unknown>>(
      "SELECT * FROM leak_incident WHERE tenant_id = $1 AND incident_id = $2",
      [rig.tenant, incidentId],
    ),
  );
  if (!row) throw new Error("no such incident");
  return row;
}
