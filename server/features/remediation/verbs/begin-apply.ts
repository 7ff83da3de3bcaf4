import "server-only";
import type { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import {
  approvalInBrief,
  approvalStandingNow,
  approvalSubject,
  consumeApproval,
  MINIMUM_REQUIREMENT,
} from "#server/features/approvals/index.ts";
import { severeFindings } from "#server/features/drift/index.ts";
import { violatedCells } from "#server/features/isolation/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { openBreakerOf } from "../breaker-rows.ts";
import { hasChanged } from "../has-changed.ts";
import { heldRemediation } from "../held-remediation.ts";
import { modeFor, policyInForce } from "../policies-in-force.ts";
import { keepPrevious } from "../previous-rows.ts";
import type { Baseline, RemediationRow } from "../remediation-rows.ts";
import { remediationRef, remediationSubject } from "../remediation-subject.ts";
import { ApplyBegun, BeginApplyInput } from "../schema.ts";
import { endWithApproval } from "../writes/end-with-approval.ts";
import { holdLease, pauseRemediation } from "../writes/hold-lease.ts";
import { moveRemediation } from "../writes/move-remediation.ts";

const LIMIT_PAUSE_SECONDS = 60;
type Input = z.output<typeof BeginApplyInput>;
type Why = { errorCode: string; errorText: string };

/**
 * Records that the change is about to be made, before it is (law 2): the fields to go back to, the version they were
 * read at and how things stood. Everything that let it be is judged once more: what is desired and what is there, the
 * approval with the approvers' roles of now, or the policy, its limit and the breaker.
 */
export const beginApply = verb({
  name: "remediation.beginApply",
  scope: "runtime.remediations.execute",
  input: BeginApplyInput,
  output: ApplyBegun,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await heldRemediation(tx, tenant, actor, input, "approved");
    if (hasChanged(row, input.seen)) {
      const note = "What is desired, or what is there, is not what was approved.";
      const move = { to: "superseded" as const, errorCode: "changed", note };
      const [first, ...more] = await endWithApproval(context, row, move);
      return audited({ state: row.state, mayApply: false }, first, ...more);
    }
    const permit =
      row.mode === "auto" ? await byPolicy(context, row) : await byApproval(context, row, input);
    if (permit === "limit") {
      const errorText =
        "As many as the policy allows have been made in this cluster within the hour.";
      const pause = { seconds: LIMIT_PAUSE_SECONDS, errorCode: "limit", errorText };
      await pauseRemediation(tx, tenant, row.remediation_id, pause);
      return unchanged({ state: row.state, mayApply: false });
    }
    if ("errorCode" in permit) {
      const { events = [], ...why } = permit;
      const event = await moveRemediation(context, row, { to: "refused", ...why });
      return audited({ state: row.state, mayApply: false }, event, ...events);
    }
    const baseline: Baseline = {
      findings: (await severeFindings(tx, tenant, row.cluster)).map(({ findingId }) => findingId),
      cells: (await violatedCells(tx, tenant)).map(
        ({ environment, layer }) => `${environment}.${layer}`,
      ),
    };
    await keepPrevious(tx, tenant, row.remediation_id, input.previous as JsonValue);
    const intent = { resourceVersion: input.resourceVersion, afterDigest: null };
    await tx.query(
      "UPDATE remediation SET intent = $3, baseline = $4 WHERE tenant_id = $1 AND remediation_id = $2",
      [tenant, row.remediation_id, JSON.stringify(intent), JSON.stringify(baseline)],
    );
    const event = await moveRemediation(context, row, {
      to: "applying",
      payload: {
        action: row.action,
        desiredDigest: input.seen.desiredDigest,
        liveDigest: input.seen.liveDigest,
        resourceVersion: input.resourceVersion,
      },
    });
    await holdLease(tx, tenant, row.remediation_id, input.leaseSeconds);
    return audited({ state: row.state, mayApply: true }, event, ...permit.events);
  },
});

type Permit =
  | { events: readonly AuditEventDraft[] }
  | (Why & { events?: readonly AuditEventDraft[] });

/** The approval is used up, once; a second try counts it again by the roles of now (law 10). */
async function byApproval(
  context: VerbContext<unknown>,
  row: RemediationRow,
  { approvers }: Input,
): Promise<Permit> {
  const { tx, tenant } = context;
  const requestId = row.approval_id;
  const approval = requestId ? await approvalInBrief(tx, tenant, requestId) : undefined;
  if (!requestId || !approval)
    return { errorCode: "not-approved", errorText: "There is no approval." };
  const { digest } = approvalSubject(tenant, approval.requester, remediationSubject(row));
  const subjectDigest = digest.toString("hex");
  if (row.baseline !== null && approval.state === "executed") {
    const minimum = MINIMUM_REQUIREMENT.remediation;
    const standing = await approvalStandingNow(tx, tenant, requestId, minimum, approvers);
    const isMet = standing?.missing === 0 && standing.subjectDigest === subjectDigest;
    return isMet ? { events: [] } : lost("quorum-lost");
  }
  const { output, events } = await runVouched(consumeApproval, context, {
    requestId,
    kind: "remediation",
    subjectRef: remediationRef(row.remediation_id),
    subjectDigest,
    approvers,
  });
  return output.outcome === "executed" ? { events } : { ...lost(output.why), events };
}

function lost(why: string): Why {
  const errorText =
    why === "quorum-lost"
      ? "An approver no longer has the role, or is signed out."
      : "The approval does not hold for what is about to be done.";
  return { errorCode: why, errorText };
}

/** One worker at a time counts what was done in a cluster. */
async function byPolicy(
  { tx, tenant }: VerbContext<unknown>,
  row: RemediationRow,
): Promise<Permit | "limit"> {
  const policy = await policyInForce(tx, row.rule);
  const object = { kind: row.kind, apiVersion: row.api_version };
  if (modeFor(policy, object) !== "auto" || row.action === "delete") {
    return {
      errorCode: "not-automatic",
      errorText: "The policy no longer lets it happen by itself.",
    };
  }
  if (await openBreakerOf(tx, tenant, row.cluster, row.object_digest)) {
    return { errorCode: "breaker-open", errorText: "The breaker of this object is open." };
  }
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `remediation|${row.cluster}`,
  ]);
  const [made] = await tx.query<{ count: number }>(
    "SELECT app.automatic_remediations($1) AS count",
    [row.cluster],
  );
  return (made?.count ?? 0) >= policy.spec.mostPerHour ? "limit" : { events: [] };
}
