import "server-only";

/** What other parts of the server may use of the deployments feature. */
export { approvedDigests } from "./approved-digests.ts";
export { approvedImages } from "./approved-images.ts";
export { claim } from "./claim.ts";
export { environments } from "./environment-queries.ts";
export { EnvironmentName, EnvironmentPolicySpec } from "./environment-schema.ts";
export { evidenceToJudge } from "./evidence-rows.ts";
export {
  ATTACHMENT_BYTES,
  AttachEvidenceInput,
  AttachmentKind,
  AttachOutcome,
} from "./evidence-schema.ts";
export { executionsUnder } from "./executions-under.ts";
export { judgeEvidence } from "./judge-evidence.ts";
export { mentionNames } from "./mentions.ts";
export {
  approvalsBeingChecked,
  cardsOfApprovals,
  deployment,
  runningServices,
} from "./queries.ts";
export {
  Blocker,
  ClaimOutcome,
  DeploymentDetail,
  DeploymentKind,
  DeploymentOutcome,
  ReportOutcomeInput,
  RequestDeploymentInput,
  type RunningService,
} from "./schema.ts";
export { trustedRegistries } from "./trusted-registries.ts";
export { announceDeployment } from "./verbs/announce-deployment.ts";
export { attachEvidence } from "./verbs/attach-evidence.ts";
export { claimDeployment } from "./verbs/claim-deployment.ts";
export { commentOnDeployment } from "./verbs/comment-on-deployment.ts";
export { freezeEnvironment } from "./verbs/freeze-environment.ts";
export { recordEvidence } from "./verbs/record-evidence.ts";
export { reportOutcome } from "./verbs/report-outcome.ts";
export { requestDeployment } from "./verbs/request-deployment.ts";
export { reviewDeployment } from "./verbs/review-deployment.ts";
export { saveEnvironmentPolicy } from "./verbs/save-environment-policy.ts";
export { tellUnreported } from "./verbs/tell-unreported.ts";
export { tendDeployment } from "./verbs/tend-deployment.ts";
