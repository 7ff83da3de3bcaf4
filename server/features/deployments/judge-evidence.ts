import "server-only";
import { judgeImage, signerText } from "#server/engines/supply-chain/judge-image.ts";
import {
  gateReasons,
  readGrypeReport,
  readSyftReport,
} from "#server/engines/supply-chain/reports.ts";
import { hasGate, NO_DEMAND } from "#server/engines/supply-chain/supply-chain-demand.ts";
import type { PinnedRoot } from "#server/integrations/sigstore/trusted-root.ts";
import { verifyAttestation } from "#server/integrations/sigstore/verify-attestation.ts";
import type { Attachment, EvidenceToJudge } from "./evidence-rows.ts";
import type { ImageFinding } from "./evidence-schema.ts";

/**
 * What the attachments prove of each image, by the policy and the pinned root. No clock and no network:
 * the same inputs give the same findings, whenever and wherever.
 */
export function judgeEvidence(
  { policy, service, images, attachments }: EvidenceToJudge,
  root: PinnedRoot | null,
): ImageFinding[] {
  const demand = policy.supplyChain ?? NO_DEMAND;
  const ofKind = (kind: Attachment["kind"]) => attachments.filter((each) => each.kind === kind);
  const attestations = ofKind("attestation").map((each) =>
    verifyAttestation(each, { root, keys: demand.keys }),
  );
  const reports = ofKind("vulnerabilities").map(({ digest, body }) => ({
    attachment: digest,
    ...readGrypeReport(JSON.parse(body)),
  }));
  const bills = ofKind("sbom").map(({ digest, body }) => ({
    attachment: digest,
    ...readSyftReport(JSON.parse(body)),
  }));
  const digests = [...new Set(images.map(({ digest }) => digest))].sort();
  return digests.map((image) => {
    const about = <T>(all: readonly { attachment: string; digests: string[]; summary: T }[]) =>
      all
        .filter((each) => each.digests.includes(image))
        .map(({ attachment, summary }) => ({ attachment, summary }));
    const vulnerabilities = about(reports);
    const sboms = about(bills);
    const asked = { image, service, level: policy.provenance, demand };
    const { verdict, reasons, by } = judgeImage(asked, attestations);
    const against = gateReasons(demand, vulnerabilities, sboms.length);
    return {
      image,
      verdict,
      reasons: [...reasons],
      by: by && { attachment: by.attachment, signer: signerText(by.signer) },
      gate: hasGate(demand) ? (against.length === 0 ? "met" : "unmet") : "none",
      gateReasons: against,
      vulnerabilities,
      sboms,
    };
  });
}
