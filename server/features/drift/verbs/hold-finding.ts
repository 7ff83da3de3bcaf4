import "server-only";
import { z } from "zod";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { recordChanges } from "../record-change.ts";
import type { FindingState } from "../schema.ts";

export const HoldFindingInput = z.object({
  findingId: entityId("drift finding"),
  /** Whether something is being done about it from now on, or no longer. */
  isHeld: z.boolean(),
  note: z.string().max(2_000),
  /** Of whoever does it, or stopped: told by the verb around this one. */
  eventId: z.uuid(),
});

/**
 * Takes an unresolved finding into remediation, or gives it back as it was before. Only within a verb that does
 * something about it, whose event tells of it: no router has it. A finding that is so already, or gone, stays.
 */
export const holdFinding = verb({
  name: "drift.holdFinding",
  scope: "runtime.drift.manage",
  input: HoldFindingInput,
  output: z.object({ hasMoved: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    const { findingId, isHeld, note, eventId } = input;
    const [row] = await tx.query<{ before: FindingState; state: FindingState; severity: string }>(
      `WITH old AS (SELECT finding_id, state FROM drift_finding WHERE tenant_id = $1 AND finding_id = $2 FOR UPDATE)
       UPDATE drift_finding f SET state = CASE WHEN $3 THEN 'remediating'
           WHEN f.acknowledged_at IS NULL THEN 'open' ELSE 'acknowledged' END
       FROM old WHERE f.tenant_id = $1 AND f.finding_id = old.finding_id
         AND old.state = ANY (CASE WHEN $3 THEN '{open,acknowledged}'::text[] ELSE '{remediating}'::text[] END)
       RETURNING old.state AS before, f.state, f.severity`,
      [tenant, findingId, isHeld],
    );
    if (!row) return unchanged({ hasMoved: false });
    const byName = displayNameOf(actor);
    const kind = isHeld ? ("remediating" as const) : ("released" as const);
    await recordChanges(tx, tenant, [{ findingId, kind, ...row, note, byName, eventId }]);
    return unchanged({ hasMoved: true });
  },
});
