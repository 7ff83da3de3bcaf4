import "server-only";
import { uuidv7 } from "uuidv7";
import type { Environment } from "#server/engines/deployments/environment-policy.ts";
import { imageText } from "#server/engines/deployments/image-reference.ts";
import { displayNameOf, identityOf, requestApproval } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { assertRanBefore } from "../assert-ran-before.ts";
import { deploymentEvent } from "../deployment-events.ts";
import { lockDeployment } from "../deployment-rows.ts";
import { subjectFields } from "../deployment-subject.ts";
import { environmentFacts } from "../environment-facts.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { readImages } from "../read-images.ts";
import { RequestDeploymentInput, RequestOutcome } from "../schema.ts";
import { addRevision } from "../writes/add-revision.ts";
import { supersedeWaiting } from "../writes/supersede-waiting.ts";
import { writeHistory } from "../writes/take-step.ts";

/** Asks for a deployment of exactly these images and this configuration. The console deploys nothing itself. */
export const requestDeployment = verb({
  name: "deployments.request",
  scope: "runtime.deployments.request",
  policy: "RequestDeployment",
  input: RequestDeploymentInput,
  output: RequestOutcome,
  environment: async ({ input }) => ({ environment: input.environment }),
  async facts({ caller, input }) {
    const { kind, service, environment } = input;
    return environmentFacts(caller, environment, { kind, service });
  },
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const { environment: name, service, kind, configDigest, changeRef, reason } = input;
    const environment = await holdEnvironment(tx, tenant, name, "share");
    if (!environment) throw noSuchEnvironment(name);
    const { spec } = environment;
    const images = readImages(input.images, name, spec.trustedRegistries);
    // Two requests for one service at once come one after the other, so that each sees the other.
    await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `deployment|${tenant}|${name}|${service}`,
    ]);
    if (kind === "rollback") await assertRanBefore(tx, tenant, input, images);
    const deploymentId = uuidv7();
    const requestEventId = uuidv7();
    const content = { images, configDigest, policyVersion: environment.version };
    const { output: approval, events } = await runVouched(requestApproval, context, {
      kind: "deployment",
      subjectRef: `deployment/${deploymentId}`,
      subject: subjectFields({
        ...content,
        environment: name,
        service,
        provenance: "unknown",
        evidence: null,
      }),
      requirement: spec.groups,
      reason,
      expiresInSeconds: spec.expirySeconds,
    });
    const requester = identityOf(actor);
    const subjectDigest = Buffer.from(approval.subjectDigest, "hex");
    await tx.query(INSERT, [
      tenant,
      deploymentId,
      name,
      service,
      kind,
      subjectDigest,
      environment.version,
      approval.requestId,
      actor.kind,
      requester.issuer,
      requester.subject,
      displayNameOf(actor),
      requestEventId,
      Boolean(spec.mergeApprovals),
    ]);
    await addRevision(tx, tenant, {
      ...content,
      deploymentId,
      revision: 1,
      changeRef,
      reason,
      provenance: "unknown",
      evidence: null,
      subjectDigest,
    });
    const row = await lockDeployment(tx, tenant, deploymentId);
    await writeHistory(context, row, {
      act: "requested",
      before: "requested",
      note: reason,
      eventId: requestEventId,
    });
    const superseded = spec.supersedesWaiting ? await supersedeWaiting(context, row) : [];
    return audited(
      {
        deploymentId,
        revision: 1,
        state: row.state,
        subjectDigest: approval.subjectDigest,
        expiresAt: row.expires_at,
        superseded: superseded.map(({ deploymentId: older }) => older),
      },
      deploymentEvent(row, "requested", requestEventId, {
        environment: name,
        service,
        kind,
        images: images.map(imageText),
        configDigest,
        changeRef,
        reason,
        subjectDigest: approval.subjectDigest,
        policyVersion: environment.version,
      }),
      ...events,
      ...superseded.flatMap((each) => each.events),
    );
  },
});

const INSERT = `
  INSERT INTO deployment_request (tenant_id, deployment_id, environment, service, kind, state, revision, subject_digest,
    policy_version, approval_id, requester_kind, requester_issuer, requester_subject, requester_name, request_event_id,
    created_at, revised_at, check_due_at, expires_at, evidence_due)
  SELECT $1, $2, $3, $4, $5, 'requested', 1, $6, $7, $8, $9, $10, $11, $12, $13,
    a.created_at, a.created_at, a.created_at, a.expires_at, $14
  FROM approval_request a WHERE a.tenant_id = $1 AND a.request_id = $8`;

function noSuchEnvironment(environment: Environment): AppError {
  return new AppError("invalid", `environment: ${environment} has no policy here`, {
    field: "environment",
    remedy: "Ask a sovereign-admin to say what this environment demands, then ask again.",
    said: { key: "noPolicy", args: { environment } },
  });
}
