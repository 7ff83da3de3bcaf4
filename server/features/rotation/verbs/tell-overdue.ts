import "server-only";
import { z } from "zod";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";

const BATCH = 500;
/** More at once are told of in one alert. */
const ONE_BY_ONE = 10;

/** Tells people of credentials that have reached their age limit since the last time: each once. */
export const tellOverdue = verb({
  name: "rotation.tellOverdue",
  scope: "runtime.rotations.execute",
  input: z.object({}),
  output: z.object({ told: z.number().int() }),
  async run(context) {
    const { tx, tenant, actor } = context;
    requireWorker(actor);
    const rows = await tx.query<{ binding_id: string; name: string; environment: string }>(
      `UPDATE secret_binding b SET overdue_told_for = b.last_rotated_at
       FROM (SELECT tenant_id, binding_id FROM secret_binding
         WHERE tenant_id = $1 AND limit_key <= clock_timestamp() AND state <> 'retired' AND origin = 'bound'
           AND overdue_told_for IS DISTINCT FROM last_rotated_at
         ORDER BY limit_key LIMIT ${BATCH} FOR UPDATE SKIP LOCKED) due
       WHERE b.tenant_id = due.tenant_id AND b.binding_id = due.binding_id
       RETURNING b.binding_id, b.name, b.environment`,
      [tenant],
    );
    const events: AuditEventDraft[] = [];
    const tell = async (subjectRef: string, detail: string) => {
      const alert = {
        kind: "credential-overdue",
        severity: "critical",
        subjectRef,
        detail,
      } as const;
      events.push(...(await runWithin(raiseAlert, context, alert)).events);
    };
    if (rows.length > ONE_BY_ONE) {
      const names = rows.slice(0, ONE_BY_ONE).map((row) => `${row.name} (${row.environment})`);
      const text = `${rows.length} credentials are past their age limit: ${names.join(", ")} and others.`;
      await tell(`tenant/${tenant}`, text);
    } else {
      for (const row of rows) {
        const text = `${row.name} (${row.environment}) is past its age limit and was not rotated.`;
        await tell(`secret-binding/${row.binding_id}`, text);
      }
    }
    const [first, ...more] = events;
    const output = { told: rows.length };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});
