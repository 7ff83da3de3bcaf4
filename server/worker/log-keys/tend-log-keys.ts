import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { logKeyList } from "#server/features/audit/index.ts";
import { advanceLogKey } from "#server/features/audit/verbs/advance-log-key.ts";
import { noteLogKeyDue } from "#server/features/audit/verbs/note-log-key-due.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "../jobs/each-due.ts";
import { publishKeyList } from "./publish-key-list.ts";

const BATCH = 100;
const SCOPES = ["runtime.audit.keys", "runtime.alerts.raise"] as const;

export interface LogKeyTending {
  /** How old a key may become. Days. */
  mostDays: number;
  /** How long before that people are told. Days. */
  aheadDays: number;
  /** Where the lists of keys are published as files. */
  folder: string;
}

/** Takes changes of logs' keys on, publishes their lists, and tells of keys that are due to be changed. */
export function tendLogKeys({ mostDays, aheadDays, folder }: LogKeyTending): Promise<number> {
  return eachDue<{ tenant_id: string; step: "advance" | "tell" }>(
    "app.due_log_keys($1, $2)",
    [BATCH, Math.max(0, mostDays - aheadDays)],
    async ({ tenant_id: tenantId, step }) => {
      const caller = workerCaller({ tenantId, name: "log-keys", scopes: SCOPES });
      if (step === "tell") return tell(caller, mostDays);
      // Before it begins as well: a witness knows the key when it sees its first signature.
      await publish(caller, folder);
      const { step: taken } = await runVerb(advanceLogKey, caller, {});
      if (taken) await publish(caller, folder);
    },
  );
}

async function publish({ tenant }: Caller, folder: string): Promise<void> {
  const list = await withTenant(tenant, "worker", (tx) => logKeyList(tx, tenant), {
    readOnly: true,
  });
  await publishKeyList(folder, list);
}

async function tell(caller: Caller, mostDays: number): Promise<void> {
  const { number, begunAt } = await runVerb(noteLogKeyDue, caller, {});
  if (number === null || !begunAt) return;
  const due = new Date(begunAt.getTime() + mostDays * 86_400_000).toISOString().slice(0, 10);
  await runVerb(raiseAlert, caller, {
    kind: "log-key-due",
    severity: "warning",
    subjectRef: `log-key/${number}`,
    detail: `Key ${number} of the audit log has signed since ${begunAt.toISOString().slice(0, 10)} and is to be changed by ${due}. Ask for a new one on the page Retention, under Keys.`,
  });
}
