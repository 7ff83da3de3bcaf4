import "server-only";
import { createHash } from "node:crypto";
import type { RotationState } from "#server/engines/rotation/state-machine.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import type { Trouble } from "./outside-trouble.ts";

const SEVERITY: Partial<Record<RotationState, "warning" | "critical">> = {
  rolled_back: "warning",
  revoke_failed: "critical",
  orphaned: "critical",
};

/**
 * Tells the people on watch, before the move itself is recorded: a crash in between tells again,
 * and the same words about the same rotation are told once.
 */
export async function raiseRotationAlert(
  caller: Caller,
  about: { rotationId: string; bindingId: string; to: RotationState; trouble: Trouble },
): Promise<void> {
  const severity = SEVERITY[about.to];
  if (!severity) return;
  const { errorCode, errorText } = about.trouble;
  const input = {
    kind: `rotation-${about.to.replaceAll("_", "-")}`,
    severity,
    subjectRef: `secret-binding/${about.bindingId}`,
    detail: `${errorText} (${errorCode})`,
  };
  const words = JSON.stringify([about.rotationId, input]);
  const idempotencyKey = `rotation-${createHash("sha256").update(words).digest("hex")}`;
  await runVerb(raiseAlert, { ...caller, idempotencyKey }, input);
}
