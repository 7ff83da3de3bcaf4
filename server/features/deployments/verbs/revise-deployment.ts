import "server-only";
import { reviseApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertWaiting, outcomeOf } from "../deployment-outcome.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { subjectOfRow } from "../deployment-subject.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { readImages } from "../read-images.ts";
import { DeploymentOutcome, ReviseDeploymentInput } from "../schema.ts";
import { renewRequest } from "../writes/renew-request.ts";

/** Changes what is asked for: a new revision, for which older approvals are stale (kept, shown). */
export const reviseDeployment = verb({
  name: "deployments.revise",
  scope: "runtime.deployments.request",
  policy: "AmendApproval",
  input: ReviseDeploymentInput,
  output: DeploymentOutcome,
  async facts(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    const amendment = { requestId: row.approval_id, subject: {}, reason: input.reason };
    return reviseApproval.facts?.({ ...context, input: amendment }) ?? Promise.reject();
  },
  async run(context) {
    const { tx, tenant, input } = context;
    const row = await lockDeployment(tx, tenant, input.deploymentId);
    assertWaiting(row);
    const environment = await holdEnvironment(tx, tenant, row.environment, "share");
    if (!environment)
      throw new AppError("conflict", "The environment has no policy any more.", {
        said: { key: "policyGone" },
      });
    const images = readImages(input.images, row.environment, environment.spec.trustedRegistries);
    const { configDigest, changeRef, reason } = input;
    const asked = subjectOfRow(
      tenant,
      { ...row, config_digest: configDigest, policy_version: environment.version },
      images,
    );
    if (asked.digest.equals(row.subject_digest)) return unchanged(outcomeOf(row));
    const [first, ...more] = await renewRequest(context, row, environment, {
      images,
      configDigest,
      changeRef,
      reason,
      // Other images: nothing is known of where they come from until they are checked.
      provenance: "unknown",
      evidence: null,
    });
    if (!first) throw new Error("a revision without an event");
    return audited(outcomeOf(row), first, ...more);
  },
});
