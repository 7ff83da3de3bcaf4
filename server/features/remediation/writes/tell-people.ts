import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { RemediationRow } from "../remediation-rows.ts";
import { objectText } from "./move-remediation.ts";

type Told =
  | "remediation-failed"
  | "remediation-rolled-back"
  | "remediation-unclear"
  | "remediation-waits";

/** Raises an alert about a remediation, in the verb's own transaction; gives its events. */
export async function tellPeople(
  context: VerbContext<unknown>,
  row: RemediationRow,
  kind: Told,
  detail: string,
): Promise<readonly AuditEventDraft[]> {
  const { events } = await runVouched(raiseAlert, context, {
    kind,
    severity: kind === "remediation-failed" ? "critical" : "warning",
    subjectRef: `remediation/${row.remediation_id}`,
    detail: `${row.cluster}: ${objectText(row)}: ${detail}`.slice(0, 2_000),
  });
  return events;
}
