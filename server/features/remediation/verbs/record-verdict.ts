import "server-only";
import { remediationPauseSeconds } from "#server/engines/remediation/state-machine.ts";
import { findingInBrief, severeFindings } from "#server/features/drift/index.ts";
import { violatedCells } from "#server/features/isolation/index.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { heldRemediation } from "../held-remediation.ts";
import type { RemediationRow, Worse } from "../remediation-rows.ts";
import { Moved, RecordVerdictInput } from "../schema.ts";
import { waitingFor } from "../waiting-for.ts";
import { pauseRemediation } from "../writes/hold-lease.ts";
import { lookSoon } from "../writes/look-soon.ts";
import { moveRemediation } from "../writes/move-remediation.ts";
import { tellPeople } from "../writes/tell-people.ts";

const LOOK_AGAIN_SECONDS = 2;
/** How long nobody has to be told that what was applied is not judged yet. */
const PATIENCE_SECONDS = 900;

/**
 * Judges what was applied by what is seen next: the object as desired and its finding gone, no new finding of the
 * cluster that is critical or high, no cell of the matrix newly violated. Worse is rolled back. What can't be seen
 * is not verified: it waits, and people are told once.
 */
export const recordVerdict = verb({
  name: "remediation.recordVerdict",
  scope: "runtime.remediations.execute",
  input: RecordVerdictInput,
  output: Moved,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "verifying");
    const waits = input.object === "away" ? [] : await waitingFor(tx, tenant, row);
    if (input.object === "away" || waits.length > 0) return wait(context, row, input.trouble);
    const worse = await worseThan(context, row);
    if (worse) {
      await tx.query(
        "UPDATE remediation SET worse = $3, attempt = 0 WHERE tenant_id = $1 AND remediation_id = $2",
        [tenant, row.remediation_id, JSON.stringify(worse)],
      );
      const event = await moveRemediation(context, row, {
        to: "rolling_back",
        errorCode: "worse",
        payload: { worse: { findings: worse.findings, cells: worse.cells } },
      });
      return audited({ state: row.state }, event);
    }
    if (input.object === "differs") {
      const errorText = input.trouble || "Somebody else changed the object since.";
      const move = { errorCode: "changed-by-others", errorText };
      const event = await moveRemediation(context, row, { to: "failed", ...move });
      const told = await tellPeople(context, row, "remediation-failed", errorText);
      return audited({ state: row.state }, event, ...told);
    }
    const finding = await findingInBrief(tx, tenant, row.finding_id);
    if (finding && finding.state !== "resolved") {
      return wait(context, row, "The object is as desired; the look at drift still tells of it.");
    }
    const event = await moveRemediation(context, row, { to: "verified" });
    return audited({ state: row.state }, event);
  },
});

async function wait(context: VerbContext<unknown>, row: RemediationRow, trouble: string) {
  const { tx, tenant } = context;
  await lookSoon(tx, tenant);
  const seconds = Math.max(LOOK_AGAIN_SECONDS, Math.min(30, remediationPauseSeconds(row.attempt)));
  await pauseRemediation(tx, tenant, row.remediation_id, {
    seconds,
    isSetback: true,
    ...(trouble ? { errorCode: "not-seen", errorText: trouble } : {}),
  });
  const late = await tx.query(
    `UPDATE remediation SET told_at = clock_timestamp() WHERE tenant_id = $1 AND remediation_id = $2 AND told_at IS NULL
       AND applied_at < clock_timestamp() - make_interval(secs => ${PATIENCE_SECONDS}) RETURNING remediation_id`,
    [tenant, row.remediation_id],
  );
  const state = row.state;
  if (late.length === 0) return unchanged({ state });
  const detail = trouble || "It was applied, and could not be judged since.";
  const [first, ...more] = await tellPeople(context, row, "remediation-unclear", detail);
  return first ? audited({ state }, first, ...more) : unchanged({ state });
}

/** What is there now and was not before the act; null: nothing. */
async function worseThan(
  { tx, tenant }: VerbContext<unknown>,
  { cluster, baseline }: RemediationRow,
): Promise<Worse | null> {
  const before = { findings: new Set(baseline?.findings), cells: new Set(baseline?.cells) };
  const findings = await severeFindings(tx, tenant, cluster);
  const cells = await violatedCells(tx, tenant);
  const worse = {
    findings: findings.filter(({ findingId }) => !before.findings.has(findingId)),
    cells: cells.filter(({ environment, layer }) => !before.cells.has(`${environment}.${layer}`)),
  };
  return worse.findings.length + worse.cells.length > 0 ? worse : null;
}
