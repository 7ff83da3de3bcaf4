import "server-only";
import {
  type RemediationState,
  remediationPauseSeconds,
} from "#server/engines/remediation/state-machine.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { heldRemediation } from "../held-remediation.ts";
import { Moved, RecordApplyInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";
import { noteApplied } from "../writes/note-applied.ts";
import { tellPeople } from "../writes/tell-people.ts";

/** Notes what came of the act. What nobody knows is `indeterminate`, until the cluster says. */
export const recordApply = verb({
  name: "remediation.recordApply",
  scope: "runtime.remediations.execute",
  input: RecordApplyInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "applying");
    const { result } = input;
    if (result.how === "applied") {
      const event = await noteApplied(context, row, result.afterDigest);
      return audited({ state: row.state }, event);
    }
    const pauseSeconds = remediationPauseSeconds(row.attempt);
    const to = AFTER[result.how];
    const event = await moveRemediation(context, row, {
      to,
      errorCode: result.how,
      errorText: result.trouble,
      pauseSeconds: to === "approved" || to === "indeterminate" ? pauseSeconds : 0,
    });
    await tx.query(
      "UPDATE remediation SET attempt = attempt + 1 WHERE tenant_id = $1 AND remediation_id = $2",
      [tenant, row.remediation_id],
    );
    const told =
      to === "failed" ? await tellPeople(context, row, "remediation-failed", result.trouble) : [];
    return audited({ state: to }, event, ...told);
  },
});

const AFTER = {
  untouched: "approved",
  "changed-meanwhile": "superseded",
  refused: "failed",
  unknown: "indeterminate",
} as const satisfies Record<string, RemediationState>;
