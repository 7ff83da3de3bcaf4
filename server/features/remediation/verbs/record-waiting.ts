import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { heldRemediation } from "../held-remediation.ts";
import { Moved, RecordWaitingInput } from "../schema.ts";
import { waitWhileAway } from "../writes/wait-while-away.ts";

/** Notes that an approved remediation could not be begun: its cluster, or what asks for it, is away. */
export const recordWaiting = verb({
  name: "remediation.recordWaiting",
  scope: "runtime.remediations.execute",
  input: RecordWaitingInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "approved");
    const [first, ...more] = await waitWhileAway(context, row, input.trouble);
    const output = { state: row.state };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});
