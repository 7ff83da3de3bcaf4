import { z } from "zod";
import { MERGE_OUTCOMES } from "#server/engines/supply-chain/merged-change.ts";
import { REASON_CODES } from "#server/engines/supply-chain/reasons.ts";
import { REPORTED_SEVERITIES } from "#server/engines/supply-chain/supply-chain-demand.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const ATTACHMENT_KINDS = ["attestation", "vulnerabilities", "sbom"] as const;
export const AttachmentKind = z.enum(ATTACHMENT_KINDS);
export type AttachmentKind = z.infer<typeof AttachmentKind>;

/** The longest body of each kind, in bytes. */
export const ATTACHMENT_BYTES: Record<AttachmentKind, number> = {
  attestation: 256 * 1024,
  vulnerabilities: 4 * 1024 * 1024,
  sbom: 4 * 1024 * 1024,
};

const Hex = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");
const ImageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const AttachEvidenceInput = z.object({
  deploymentId: entityId("deployment request"),
  kind: AttachmentKind,
  /** The file as it is: its SHA-256 names it. */
  body: z.string().min(1, "must not be empty").max(ATTACHMENT_BYTES.sbom, "is too large"),
});
export const AttachOutcome = z.object({
  deploymentId: z.string(),
  digest: z.string(),
  outcome: z.enum(["attached", "unchanged"]),
});

export const ReasonData = z.object({
  code: z.enum(REASON_CODES),
  got: z.string().nullable(),
  wanted: z.string().nullable(),
  attachment: z.string().nullable(),
});

const Counts = z.record(z.enum(REPORTED_SEVERITIES), z.number().int().min(0));
const Severity = z.enum(REPORTED_SEVERITIES).nullable();
export const VulnerabilityData = z.object({
  attachment: Hex,
  summary: z.object({
    counts: Counts,
    fixable: Counts,
    worst: Severity,
    worstFixable: Severity,
    tool: z.string(),
  }),
});
export const SbomData = z.object({
  attachment: Hex,
  summary: z.object({ packages: z.number().int().min(0), tool: z.string() }),
});

/** What was found of one image. */
export const ImageFinding = z.object({
  image: ImageDigest,
  verdict: z.enum(["verified", "refused", "unknown"]),
  reasons: z.array(ReasonData),
  by: z.object({ attachment: Hex, signer: z.string() }).nullable(),
  gate: z.enum(["none", "met", "unmet"]),
  gateReasons: z.array(ReasonData),
  vulnerabilities: z.array(VulnerabilityData),
  sboms: z.array(SbomData),
});
export type ImageFinding = z.infer<typeof ImageFinding>;

export const MergeData = z.object({
  change: z.string(),
  outcome: z.enum(MERGE_OUTCOMES),
  commit: z.string().nullable(),
  author: z.string().nullable(),
  approvers: z.array(z.string()),
});

export const RecordEvidenceInput = z.object({
  deploymentId: entityId("deployment request"),
  /** What was looked at; where any of it has changed meanwhile nothing is recorded. */
  revision: z.number().int(),
  policyVersion: z.number().int(),
  attachments: z.array(Hex),
  trustedRoot: Hex.nullable(),
  images: z.array(ImageFinding).min(1),
  /** Null where the policy does not ask how the change was merged. */
  merge: MergeData.nullable().default(null),
});
export const RecordOutcome = z.object({
  outcome: z.enum(["recorded", "unchanged", "outdated"]),
  revision: z.number(),
  provenance: z.enum(["unknown", "verified", "failed"]),
});

export const EvidenceView = z.object({
  attachments: z.array(
    z.object({
      digest: z.string(),
      kind: AttachmentKind,
      bytes: z.number(),
      attachedBy: z.string(),
      attachedAt: z.date(),
    }),
  ),
  images: z.array(ImageFinding.extend({ repository: z.string() })),
  merge: MergeData.nullable(),
  trustedRoot: z.string().nullable(),
  policy: z.string().nullable(),
  checkedAt: z.date().nullable(),
  /** Something was attached that the worker has yet to look at. */
  isDue: z.boolean(),
});
export type EvidenceView = z.infer<typeof EvidenceView>;
