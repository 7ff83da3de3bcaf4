import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { heldRemediation } from "../held-remediation.ts";
import { Moved, ResolveInput } from "../schema.ts";
import { moveRemediation } from "../writes/move-remediation.ts";
import { noteApplied } from "../writes/note-applied.ts";
import { tellPeople } from "../writes/tell-people.ts";
import { waitWhileAway } from "../writes/wait-while-away.ts";

/** Leads out of `indeterminate` by what the cluster was seen to hold; nothing else does. */
export const resolveRemediation = verb({
  name: "remediation.resolve",
  scope: "runtime.remediations.execute",
  input: ResolveInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "indeterminate");
    const { truth } = input;
    if (truth.is === "away") {
      const [first, ...more] = await waitWhileAway(context, row, truth.trouble);
      const output = { state: row.state };
      return first ? audited(output, first, ...more) : unchanged(output);
    }
    if (truth.is === "changed-by-others") {
      const move = { errorCode: "changed-by-others", errorText: truth.trouble };
      const event = await moveRemediation(context, row, { to: "failed", ...move });
      const told = await tellPeople(context, row, "remediation-failed", truth.trouble);
      return audited({ state: row.state }, event, ...told);
    }
    const wasRollingBack = row.resume_state === "rolling_back";
    if (truth.is === "as-applied" && !wasRollingBack) {
      return audited(
        { state: "verifying" as const },
        await noteApplied(context, row, truth.afterDigest),
      );
    }
    if (truth.is === "as-before" && wasRollingBack) {
      const note = "The cluster has the fields of before again.";
      const event = await moveRemediation(context, row, { to: "rolled_back", note });
      const told = await tellPeople(context, row, "remediation-rolled-back", note);
      return audited({ state: row.state }, event, ...told);
    }
    // Nothing of the act reached the cluster: it is done again.
    const to = wasRollingBack ? ("rolling_back" as const) : ("approved" as const);
    const note = "Nothing of it had reached the cluster.";
    await tx.query(
      "UPDATE remediation SET attempt = 0 WHERE tenant_id = $1 AND remediation_id = $2",
      [tenant, row.remediation_id],
    );
    const event = await moveRemediation(context, row, { to, note });
    return audited({ state: to }, event);
  },
});
