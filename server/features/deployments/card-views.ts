import "server-only";
import { waitsUntil } from "#server/engines/deployments/execution-facts.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import { type DeploymentState, isWaiting } from "#server/engines/deployments/state-machine.ts";
import type { ApprovalDetail } from "#server/features/approvals/index.ts";
import type { ElevationFact } from "#server/features/elevation/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { DeploymentRow } from "./deployment-rows.ts";
import { subjectOfRow } from "./deployment-subject.ts";
import type { EnvironmentRow } from "./environment-rows.ts";
import type { ImageFinding } from "./evidence-schema.ts";
import { withEvidenceWords } from "./evidence-words.ts";
import { blockersNow, factsOf } from "./judge-execution.ts";
import { mentionNames } from "./mentions.ts";
import type { RunningRow } from "./running-rows.ts";
import type { DeploymentCard, ImageChange } from "./schema.ts";

/** Everything that a card is made of: rows alone. */
export interface CardParts {
  row: DeploymentRow;
  images: readonly ImageReference[];
  findings: readonly ImageFinding[];
  approval: ApprovalDetail;
  environment: EnvironmentRow;
  running: (RunningRow & { images: readonly ImageReference[] }) | undefined;
  mentions: readonly string[];
  elevation: ElevationFact;
}

/** The state by rows and clock, whatever the sweeper has done so far (law 8). */
export function shownState(row: DeploymentRow, approval: ApprovalDetail): DeploymentState {
  if (!isWaiting(row.state)) return row.state;
  if (row.is_expired || approval.state === "expired") return "expired";
  if (approval.state === "rejected" || approval.state === "withdrawn") return approval.state;
  return row.state === "awaiting_approval" && approval.state === "approved"
    ? "approved"
    : row.state;
}

export function cardOf(tenant: string, viewer: Caller, parts: CardParts): DeploymentCard {
  const { row, images, approval, environment, running } = parts;
  const state = shownState(row, approval);
  const digest = row.subject_digest.toString("hex");
  const facts = factsOf(row, environment, images, {
    missing: approval.quorum.missing,
    isRejected: approval.quorum.outcome === "rejected",
    elevation: parts.elevation,
    isSubjectCurrent:
      approval.subjectDigest === digest &&
      subjectOfRow(tenant, row, images).digest.toString("hex") === digest,
  });
  return {
    deploymentId: row.deployment_id,
    revision: row.revision,
    state,
    subjectDigest: digest,
    environment: row.environment,
    service: row.service,
    kind: row.kind,
    changeRef: row.change_ref,
    reason: row.reason,
    requester: {
      kind: row.requester_kind,
      issuer: row.requester_issuer,
      subject: row.requester_subject,
      name: row.requester_name,
      isHumanUnknown: approval.requester.isHumanUnknown,
    },
    images: imageChanges(images, running?.images ?? []),
    isConfigChanged: running?.config_digest !== row.config_digest,
    provenance: row.provenance,
    quorum: approval.quorum,
    approvedBy: approval.reviews
      .filter(({ countsAs }) => countsAs !== null)
      .map(({ reviewer }) => reviewer.name),
    blockers: isWaiting(state)
      ? withEvidenceWords(blockersNow(tenant, row, facts), environment.spec, images, {
          findings: parts.findings,
          merge: row.evidence?.merge ?? null,
        })
      : [],
    yourPart: isWaiting(state) ? approval.yourPart : "not-open",
    mentionsYou: mentionNames(viewer).some((name) => parts.mentions.includes(name)),
    isReportOverdue:
      row.state === "executing" && row.report_due_at !== null && row.report_due_at <= row.now,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    waitsUntil: waitsUntil({ revisedAt: row.revised_at, policy: environment.spec }),
  };
}

/** What would change, repository by repository; what runs and is not named is taken away. */
export function imageChanges(
  wanted: readonly ImageReference[],
  running: readonly ImageReference[],
): ImageChange[] {
  const before = new Map(running.map((image) => [image.repository, image]));
  const named = new Set(wanted.map(({ repository }) => repository));
  return [
    ...wanted.map(({ repository, tag, digest }): ImageChange => {
      const runningDigest = before.get(repository)?.digest ?? null;
      const change = runningDigest === null ? "new" : runningDigest === digest ? "same" : "changed";
      return { repository, tag, change, digest, runningDigest };
    }),
    ...running
      .filter(({ repository }) => !named.has(repository))
      .map(
        ({ repository, tag, digest }): ImageChange => ({
          repository,
          tag,
          change: "removed",
          digest: null,
          runningDigest: digest,
        }),
      ),
  ];
}
