import "server-only";
import {
  type RemediationState,
  remediationPauseSeconds,
} from "#server/engines/remediation/state-machine.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { heldRemediation } from "../held-remediation.ts";
import { Moved, RecordRollBackInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";
import { tellPeople } from "../writes/tell-people.ts";

/** Notes what came of going back. People are told in every case: what was approved is not there. */
export const recordRollBack = verb({
  name: "remediation.recordRollBack",
  scope: "runtime.remediations.execute",
  input: RecordRollBackInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "rolling_back");
    const { result } = input;
    const to = AFTER[result.how];
    const trouble = "trouble" in result ? result.trouble : null;
    const event = await moveRemediation(context, row, {
      to,
      errorCode: result.how === "restored" ? "worse" : result.how,
      errorText: trouble,
      pauseSeconds: to === "indeterminate" ? remediationPauseSeconds(row.attempt) : 0,
    });
    if (to === "indeterminate") return audited({ state: to }, event);
    const told =
      to === "rolled_back"
        ? await tellPeople(context, row, "remediation-rolled-back", "It made things worse.")
        : await tellPeople(context, row, "remediation-failed", trouble ?? "It could not go back.");
    return audited({ state: to }, event, ...told);
  },
});

const AFTER = {
  restored: "rolled_back",
  refused: "failed",
  "changed-meanwhile": "failed",
  unknown: "indeterminate",
} as const satisfies Record<string, RemediationState>;
