import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { Attempt } from "./attempt-rows.ts";
import type { Refusal } from "./schema.ts";

/** An attempt that came to nothing: a denial, in the log of the tenant where it was tried. */
export function refusedEvent(
  attempt: Pick<Attempt, "attemptId" | "kind" | "act" | "digest">,
  why: Refusal,
  more: NonNullable<AuditEventDraft["payload"]> = {},
): AuditEventDraft {
  const { act, digest, kind } = attempt;
  return {
    type: "runtime.identity.step-up-refused",
    subject: `step-up-attempt/${attempt.attemptId}`,
    outcome: "denied",
    payload: { act, digest, method: kind, why, ...more },
  };
}
