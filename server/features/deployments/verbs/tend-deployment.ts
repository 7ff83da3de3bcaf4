import "server-only";
import { isProvenanceMet } from "#server/engines/deployments/execution-facts.ts";
import { isTrusted } from "#server/engines/deployments/image-reference.ts";
import { isWaiting } from "#server/engines/deployments/state-machine.ts";
import { isMergeApproved } from "#server/engines/supply-chain/merged-change.ts";
import {
  approvalInBrief,
  closeApproval,
  expireApproval,
} from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { type DeploymentRow, imagesOf, lockDeployment, revisionKey } from "../deployment-rows.ts";
import { type EnvironmentRow, holdEnvironment } from "../environment-rows.ts";
import { isGateMet } from "../evidence.ts";
import { DeploymentId, TendOutcome } from "../schema.ts";
import { renewRequest } from "../writes/renew-request.ts";
import { takeStep } from "../writes/take-step.ts";

/**
 * Brings a waiting request to where it stands by rows and clock: ended with its approval or its time,
 * asked anew under a changed policy, checked, approved. The truth does not wait for it: screens and
 * claims judge by rows and clock themselves (law 8).
 */
export const tendDeployment = verb({
  name: "deployments.tend",
  scope: "runtime.deployments.tend",
  input: DeploymentId,
  output: TendOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const events: AuditEventDraft[] = [];
    if (isWaiting(row.state)) {
      const environment = await holdEnvironment(tx, tenant, row.environment, "share");
      if (environment) await tend(context, row, environment, events);
    }
    const [first, ...more] = events;
    const output = { state: row.state, hasMoved: events.length > 0 };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

async function tend(
  context: VerbContext<unknown>,
  row: DeploymentRow,
  environment: EnvironmentRow,
  events: AuditEventDraft[],
): Promise<void> {
  const ended = await endIfOver(context, row);
  if (ended) {
    events.push(...ended);
    return;
  }
  const images = (await imagesOf(context.tx, context.tenant, [row])).get(revisionKey(row)) ?? [];
  if (row.policy_version !== environment.version) {
    const { config_digest: configDigest, change_ref: changeRef } = row;
    const reason = `The policy of ${row.environment} is now version ${environment.version}.`;
    // Another policy asks something else of the same evidence: it is looked at again.
    const unproven = { provenance: "unknown" as const, evidence: null };
    const renewal = { images, configDigest, changeRef, reason, ...unproven };
    events.push(...(await renewRequest(context, row, environment, renewal)));
  }
  if (row.state === "requested") {
    events.push(await takeStep(context, row, { step: "begin-checks", act: "checking" }));
  }
  const isMerged = isMergeApproved(environment.spec.mergeApprovals, row.evidence?.merge ?? null);
  const isSound =
    !row.evidence_due &&
    isGateMet(environment.spec, row.evidence) &&
    isMerged &&
    isProvenanceMet(environment.spec, row.provenance) &&
    images.every(({ repository }) => isTrusted(repository, environment.spec.trustedRegistries));
  if (row.state === "checking" && isSound) {
    events.push(await takeStep(context, row, { step: "pass-checks", act: "checked" }));
  } else if (row.state === "checking" || row.evidence_due) {
    await context.tx.query(
      // A change may be merged any moment: the forge is asked again.
      `UPDATE deployment_request SET check_due_at = clock_timestamp() + interval '1 minute',
         evidence_due = evidence_due OR $3
       WHERE tenant_id = $1 AND deployment_id = $2`,
      [context.tenant, row.deployment_id, !isMerged],
    );
  }
  const approval = await approvalInBrief(context.tx, context.tenant, row.approval_id);
  if (row.state === "awaiting_approval" && approval?.state === "approved") {
    events.push(await takeStep(context, row, { step: "approve", act: "approved" }));
  }
}

/** The events of its end, when its time is over or its approval was ended; null while it lives. */
async function endIfOver(
  context: VerbContext<unknown>,
  row: DeploymentRow,
): Promise<AuditEventDraft[] | null> {
  const { tx, tenant } = context;
  const approval = await approvalInBrief(tx, tenant, row.approval_id);
  if (row.is_expired || approval?.state === "expired") {
    const { events } = await runVouched(expireApproval, context, { requestId: row.approval_id });
    return [await takeStep(context, row, { step: "expire", act: "expired" }), ...events];
  }
  if (approval?.state === "rejected") {
    return [await takeStep(context, row, { step: "reject", act: "rejected" })];
  }
  if (approval?.state === "withdrawn") {
    return [await takeStep(context, row, { step: "withdraw", act: "withdrawn" })];
  }
  if (approval?.subjectDigest === row.subject_digest.toString("hex")) return null;
  // Somebody made the approval say something else than the request: nobody can use either.
  const reason = "The approval was changed apart from the request that it belongs to.";
  const { events } = await runVouched(closeApproval, context, {
    requestId: row.approval_id,
    reason,
  });
  return [
    await takeStep(context, row, { step: "withdraw", act: "withdrawn", note: reason }),
    ...events,
  ];
}
