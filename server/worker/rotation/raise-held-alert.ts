import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";

/** Tells the people on watch, once a rotation, that the end of an old value is held back. */
export async function raiseHeldAlert(
  caller: Caller,
  { rotationId, bindingId }: { rotationId: string; bindingId: string },
): Promise<void> {
  const idempotencyKey = `revocation-held-${rotationId}`;
  await runVerb(
    raiseAlert,
    { ...caller, idempotencyKey },
    {
      kind: "rotation-old-value-in-use",
      severity: "warning",
      subjectRef: `secret-binding/${bindingId}`,
      detail:
        "The old value is still used, or nobody can tell. It is not ended until its consumers have moved or a security officer decides otherwise.",
    },
  );
}
