import { z } from "zod";
import { DEPLOYMENT_STATES } from "#server/engines/deployments/state-machine.ts";
import {
  ConsumeApprovalInput,
  QuorumView,
  ReviewView,
  SubjectDigest,
  YourPart,
} from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { EnvironmentName } from "./environment-schema.ts";
import { EvidenceView } from "./evidence-schema.ts";

export type { EnvironmentPolicySpec, EnvironmentView } from "./environment-schema.ts";
export type { AttachmentKind, EvidenceView, ImageFinding } from "./evidence-schema.ts";

export const DeploymentState = z.enum(DEPLOYMENT_STATES);
export const DeploymentKind = z.enum(["deploy", "rollback"]);
export const Provenance = z.enum(["unknown", "verified", "failed"]);

export const ServiceName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a name in kebab-case, as a DNS label");
const Sha256 = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 hexadecimal digits");
const Reason = z
  .string()
  .trim()
  .min(1, "must say why")
  .max(2000, "must have at most 2000 characters");

/** What is to run: images by digest, and the digest of their configuration. */
const Content = z.object({
  /** `registry/path[:tag]@sha256:…`; read by the engine, which says what is wrong with which. */
  images: z.array(z.string().min(1).max(500)).min(1, "must name an image").max(50),
  configDigest: Sha256,
  /** What was merged, as the forge names it: a pull request, a commit. */
  changeRef: z.string().trim().min(1, "must name the change").max(500),
  reason: Reason,
});

export const RequestDeploymentInput = Content.extend({
  environment: EnvironmentName,
  service: ServiceName,
  kind: DeploymentKind.default("deploy"),
});

export const DeploymentId = z.object({ deploymentId: entityId("deployment request") });
export const ReviseDeploymentInput = DeploymentId.extend(Content.shape);
export const WithdrawDeploymentInput = DeploymentId.extend({ reason: Reason });

export const ReviewDeploymentInput = DeploymentId.extend({
  decision: z.enum(["approve", "reject"]),
  /** The digest of the subject that the reviewer was shown. */
  subjectDigest: SubjectDigest,
  comment: z.string().trim().max(2000, "must have at most 2000 characters").default(""),
}).refine(({ decision, comment }) => decision === "approve" || comment !== "", {
  path: ["comment"],
  error: "a rejection must say why",
});

export const CommentInput = DeploymentId.extend({
  body: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(4000, "must have at most 4000 characters"),
});
export const CommentOutcome = z.object({ commentId: z.string(), mentions: z.array(z.string()) });

export const DeploymentOutcome = z.object({
  deploymentId: z.string(),
  revision: z.number(),
  state: DeploymentState,
  subjectDigest: z.string(),
});
export const RequestOutcome = DeploymentOutcome.extend({
  expiresAt: z.date(),
  /** Requests that this one took the place of. */
  superseded: z.array(z.string()),
});
export const ReviewOutcome = DeploymentOutcome.extend({ quorum: QuorumView });

export const ClaimDeploymentInput = DeploymentId.extend({
  /** The digest of what is about to be deployed. */
  subjectDigest: SubjectDigest,
  /** The same key again gives the same claim: an answer that was lost on the way. */
  claimKey: z.string().min(8).max(200).nullable().default(null),
  /** The approvers' roles as just read again (law 10); who is left out has none. */
  approvers: ConsumeApprovalInput.shape.approvers,
});

export const Blocker = z.object({
  /** The id of the policy that forbids it. */
  code: z.string(),
  words: z.string(),
});
export type Blocker = z.infer<typeof Blocker>;

export const ClaimOutcome = z.discriminatedUnion("outcome", [
  DeploymentOutcome.extend({
    outcome: z.literal("claimed"),
    environment: EnvironmentName,
    service: z.string(),
    images: z.array(z.string()),
    configDigest: z.string(),
    claimedAt: z.date(),
  }),
  z.object({
    outcome: z.literal("blocked"),
    deploymentId: z.string(),
    decisionId: z.string(),
    blockers: z.array(Blocker),
  }),
]);
export type ClaimOutcome = z.infer<typeof ClaimOutcome>;

export const ReportOutcomeInput = DeploymentId.extend({
  outcome: z.enum(["succeeded", "failed", "rolled_back"]),
  note: z.string().trim().max(2000, "must have at most 2000 characters").default(""),
});

/** An image beside the one that runs now. */
export const ImageChange = z.object({
  repository: z.string(),
  tag: z.string().nullable(),
  change: z.enum(["new", "changed", "same", "removed"]),
  digest: z.string().nullable(),
  runningDigest: z.string().nullable(),
});
export type ImageChange = z.infer<typeof ImageChange>;

const Person = z.object({ issuer: z.string(), subject: z.string(), name: z.string() });

export const DeploymentCard = DeploymentOutcome.extend({
  environment: EnvironmentName,
  service: z.string(),
  kind: DeploymentKind,
  changeRef: z.string(),
  reason: z.string(),
  requester: Person.extend({
    kind: z.enum(["user", "service", "worker", "system"]),
    isHumanUnknown: z.boolean(),
  }),
  images: z.array(ImageChange),
  isConfigChanged: z.boolean(),
  provenance: Provenance,
  quorum: QuorumView,
  approvedBy: z.array(z.string()),
  /** Everything that would stop it now; empty once it is carried out or over. */
  blockers: z.array(Blocker),
  yourPart: YourPart,
  mentionsYou: z.boolean(),
  /** Claimed, and its pipeline has not said in time how it went: nobody knows what runs there. */
  isReportOverdue: z.boolean(),
  createdAt: z.date(),
  expiresAt: z.date(),
  /** Before this time it may not be carried out. */
  waitsUntil: z.date(),
});
export type DeploymentCard = z.infer<typeof DeploymentCard>;

export const HistoryEntry = z.object({
  entryNo: z.number(),
  act: z.string(),
  stateFrom: DeploymentState,
  stateTo: DeploymentState,
  revision: z.number(),
  actor: z.string(),
  note: z.string(),
  eventId: z.string(),
  at: z.date(),
});

export const DeploymentDetail = DeploymentCard.extend({
  approvalId: z.string(),
  /** The RFC 8785 text whose SHA-256 is the digest. */
  subject: z.string(),
  configDigest: z.string(),
  runningConfigDigest: z.string().nullable(),
  runningSince: z.date().nullable(),
  policyVersion: z.number(),
  evidence: EvidenceView,
  reviews: z.array(ReviewView),
  revisions: z.array(
    z.object({
      revision: z.number(),
      subjectDigest: z.string(),
      changeRef: z.string(),
      reason: z.string(),
      policyVersion: z.number(),
      createdAt: z.date(),
    }),
  ),
  history: z.array(HistoryEntry),
  comments: z.array(
    z.object({
      commentId: z.string(),
      author: z.string(),
      body: z.string(),
      mentions: z.array(z.string()),
      createdAt: z.date(),
    }),
  ),
  claimedAt: z.date().nullable(),
  reportDueAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  outcomeNote: z.string(),
  supersededBy: z.string().nullable(),
  /** Whether the viewer asked for it, and may so revise and withdraw it. */
  isYours: z.boolean(),
  nextWindowAt: z.date().nullable(),
  asOf: z.date(),
});
export type DeploymentDetail = z.infer<typeof DeploymentDetail>;

export const ListDeploymentsInput = z.object({
  view: z.enum(["waiting", "all"]).default("waiting"),
  environment: EnvironmentName.optional(),
  service: ServiceName.optional(),
  limit: z.number().int().min(1).max(100).default(30),
  cursor: entityId("deployment request").optional(),
});
export type ListDeploymentsInput = z.infer<typeof ListDeploymentsInput>;

export const DeploymentPage = z.object({
  items: z.array(DeploymentCard),
  nextCursor: z.string().nullable(),
  asOf: z.date(),
});
export type DeploymentPage = z.infer<typeof DeploymentPage>;

export const RunningService = z.object({
  environment: EnvironmentName,
  service: z.string(),
  deploymentId: z.string(),
  images: z.array(z.string()),
  configDigest: z.string(),
  changeRef: z.string(),
  provenance: Provenance,
  runningSince: z.date(),
});
export type RunningService = z.infer<typeof RunningService>;
export const RunningServices = z.object({ items: z.array(RunningService), asOf: z.date() });

export const TendOutcome = z.object({ state: DeploymentState, hasMoved: z.boolean() });
export const UnreportedOutcome = z.object({ isTold: z.boolean() });
export const AnnounceOutcome = z.object({ announced: z.number() });
