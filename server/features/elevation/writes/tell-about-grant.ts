import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";

interface Told {
  readonly grantId: string;
  readonly act: "granted" | "extended" | "given-back" | "revoked";
  readonly environment: string;
  readonly scopes: readonly string[];
  readonly endsAt: Date;
}

/** Tells subscribers through the outbox: a notice, which asks nobody to do anything. */
export async function tellAboutGrant(
  context: VerbContext<unknown>,
  { grantId, act, environment, scopes, endsAt }: Told,
): Promise<readonly AuditEventDraft[]> {
  const until = act === "granted" || act === "extended" ? `, until ${endsAt.toISOString()}` : "";
  const { events } = await runVouched(raiseAlert, context, {
    kind: `elevation-${act}`,
    severity: act === "revoked" ? "warning" : "info",
    subjectRef: `elevation-grant/${grantId}`,
    detail: `${act.replace("-", " ")} in ${environment}: ${scopes.join(", ")}${until}`,
    isNotice: true,
  });
  return events;
}
