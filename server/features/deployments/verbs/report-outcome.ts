import "server-only";
import { identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { outcomeOf } from "../deployment-outcome.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { DeploymentOutcome, ReportOutcomeInput } from "../schema.ts";
import { takeStep } from "../writes/take-step.ts";

const STEPS = {
  succeeded: { step: "succeed", act: "succeeded" },
  failed: { step: "fail", act: "failed" },
  rolled_back: { step: "roll-back", act: "rolled-back" },
} as const;

/** Says how a claimed deployment went; success writes what runs now. The same report again changes nothing. */
export const reportOutcome = verb({
  name: "deployments.reportOutcome",
  scope: "runtime.deployments.execute",
  input: ReportOutcomeInput,
  output: DeploymentOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    if (!row.claimed_at) {
      throw new AppError("conflict", "Nobody has claimed this deployment.", {
        remedy: "Claim it first, then carry it out, then report.",
        said: { key: "notClaimed" },
      });
    }
    const claimer = {
      issuer: row.claimed_by_issuer ?? "",
      subject: row.claimed_by_subject ?? "",
    };
    if (!isSameIdentity(identityOf(actor), claimer)) {
      throw new AppError("forbidden", "Only whoever claimed a deployment reports how it went.", {
        said: { key: "notTheClaimer" },
      });
    }
    if (row.state === input.outcome) return unchanged(outcomeOf(row));
    const event = await takeStep(context, row, {
      ...STEPS[input.outcome],
      note: input.note,
      payload: { note: input.note, subjectDigest: row.subject_digest.toString("hex") },
    });
    await tx.query(
      "UPDATE deployment_request SET outcome_note = $3 WHERE tenant_id = $1 AND deployment_id = $2",
      [tenant, row.deployment_id, input.note],
    );
    if (input.outcome === "succeeded") {
      await tx.query(
        `INSERT INTO runtime_deployment (tenant_id, environment, service, deployment_id, revision, running_since)
         VALUES ($1, $2, $3, $4, $5, clock_timestamp())
         ON CONFLICT (tenant_id, environment, service) DO UPDATE
         SET deployment_id = excluded.deployment_id, revision = excluded.revision, running_since = excluded.running_since`,
        [tenant, row.environment, row.service, row.deployment_id, row.revision],
      );
    }
    return audited(outcomeOf(row), event);
  },
});
