import "server-only";
import { uuidv7 } from "uuidv7";
import type { DeploymentStep } from "#server/engines/deployments/state-machine.ts";
import {
  answerablePeople,
  approvalStandingNow,
  consumeApproval,
  identityOf,
  isSameIdentity,
} from "#server/features/approvals/index.ts";
import { type ElevationFact, elevationFact } from "#server/features/elevation/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { wordsOfBlockers } from "#server/platform/authz/denial-words.ts";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { savePolicyDecision } from "#server/platform/authz/recorded-decision.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { claimOutput } from "../claim-output.ts";
import { type DeploymentAct, deploymentEvent } from "../deployment-events.ts";
import { type DeploymentRow, imagesOf, lockDeployment, revisionKey } from "../deployment-rows.ts";
import { subjectOfRow } from "../deployment-subject.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { findingsOf } from "../evidence-rows.ts";
import { withEvidenceWords } from "../evidence-words.ts";
import { factsOf, judgeExecution } from "../judge-execution.ts";
import { reportWithinSeconds } from "../report-due.ts";
import { ClaimDeploymentInput, ClaimOutcome } from "../schema.ts";
import { takeStep } from "../writes/take-step.ts";

/**
 * Takes an approved deployment to carry it out, once. Everything is decided again in this one
 * transaction: the quorum with its approvers' roles as they are now, the policy in force, windows,
 * freeze, waiting time, time left. What blocks it is said all at once, and recorded like a grant.
 */
export const claimDeployment = verb({
  name: "deployments.claim",
  scope: "runtime.deployments.execute",
  input: ClaimDeploymentInput,
  output: ClaimOutcome,
  async run(context) {
    const { tx, tenant, actor, caller, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const images = (await imagesOf(tx, tenant, [row])).get(revisionKey(row)) ?? [];
    const claimer = identityOf(actor);
    const isAgain =
      row.state === "executing" &&
      input.claimKey !== null &&
      row.claim_key === input.claimKey &&
      row.subject_digest.toString("hex") === input.subjectDigest &&
      isSameIdentity(claimer, {
        issuer: row.claimed_by_issuer ?? "",
        subject: row.claimed_by_subject ?? "",
      });
    if (isAgain) return unchanged(claimOutput(row, images));
    const environment = await holdEnvironment(tx, tenant, row.environment, "share");
    if (!environment)
      throw new AppError("conflict", "The environment has no policy any more.", {
        said: { key: "policyGone" },
      });
    const standing = await approvalStandingNow(
      tx,
      tenant,
      row.approval_id,
      environment.spec.groups,
      input.approvers,
    );
    const digest = subjectOfRow(tenant, row, images).digest;
    const isSubjectCurrent =
      digest.equals(row.subject_digest) &&
      digest.toString("hex") === input.subjectDigest &&
      digest.toString("hex") === standing?.subjectDigest;
    const facts = factsOf(row, environment, images, {
      missing: standing?.missing ?? Number.MAX_SAFE_INTEGER,
      isRejected: standing?.isRejected ?? true,
      isSubjectCurrent,
      elevation: await elevationOfClaim(context, row),
    });
    const decision = judgeExecution(policyPrincipal(caller), row, facts, context.judge.decide);
    const decisionId = await savePolicyDecision(tx, tenant, decision);
    if (decision.outcome === "deny") {
      const findings = (await findingsOf(tx, tenant, [row])).get(revisionKey(row)) ?? [];
      const words = wordsOfBlockers(decision);
      const blockers = withEvidenceWords(words, environment.spec, images, {
        findings,
        merge: row.evidence?.merge ?? null,
      });
      return audited(
        { outcome: "blocked" as const, deploymentId: row.deployment_id, decisionId, blockers },
        deploymentEvent(row, "claim-refused", uuidv7(), {
          revision: row.revision,
          decisionId,
          decision: decision.digest.toString("hex"),
          blockers: blockers.map(({ code }) => code),
        }),
      );
    }
    const [claimed] = await tx.query<{ claimed_at: Date }>(
      `UPDATE deployment_request SET claimed_at = clock_timestamp(), claimed_by_issuer = $3, claimed_by_subject = $4,
         claim_key = $5, report_due_at = clock_timestamp() + make_interval(secs => $6)
       WHERE tenant_id = $1 AND deployment_id = $2 RETURNING claimed_at`,
      [
        tenant,
        row.deployment_id,
        claimer.issuer,
        claimer.subject,
        input.claimKey,
        reportWithinSeconds(environment.spec),
      ],
    );
    row.claimed_at = claimed?.claimed_at ?? row.now;
    const steps: AuditEventDraft[] = [];
    const payload = { decisionId, subjectDigest: input.subjectDigest };
    for (const [step, act] of WAY[row.state] ?? []) {
      steps.push(await takeStep(context, row, { step, act, payload }));
    }
    const { output, events } = await runVouched(consumeApproval, context, {
      requestId: row.approval_id,
      kind: "deployment",
      subjectRef: `deployment/${row.deployment_id}`,
      subjectDigest: input.subjectDigest,
      approvers: input.approvers,
    });
    // Decided above under the same locks: if this says otherwise nothing at all may happen.
    if (output.outcome !== "executed") throw new Error(`the approval was refused: ${output.why}`);
    const [first, ...more] = steps;
    if (!first) throw new Error("a claim without a step");
    return audited(claimOutput(row, images), first, ...more, ...events);
  },
});

/** Of whoever answers for the request, and of the human behind the pipeline; held to the commit. */
async function elevationOfClaim(
  { tx, tenant, actor }: VerbContext<unknown>,
  row: DeploymentRow,
): Promise<ElevationFact> {
  const people = (await answerablePeople(tx, tenant, [row.approval_id])).get(row.approval_id) ?? [];
  const human = actor.kind === "service" && actor.human !== "unknown" ? [actor.human] : [];
  return elevationFact(tx, tenant, [...people, ...human], row.environment, { hold: true });
}

/** The steps that are left; sweepers only tidy, so a claim may find some of them not yet taken. */
const CLAIM: [DeploymentStep, DeploymentAct][] = [["claim", "claimed"]];
const APPROVE: [DeploymentStep, DeploymentAct][] = [["approve", "approved"], ...CLAIM];
const PASS: [DeploymentStep, DeploymentAct][] = [["pass-checks", "checked"], ...APPROVE];
const WAY: Record<string, [DeploymentStep, DeploymentAct][]> = {
  requested: [["begin-checks", "checking"], ...PASS],
  checking: PASS,
  awaiting_approval: APPROVE,
  approved: CLAIM,
};
