import "server-only";
import type { EnvironmentPolicy } from "#server/engines/deployments/environment-policy.ts";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import { type MergeFinding, mergeWords } from "#server/engines/supply-chain/merged-change.ts";
import { type Reason, reason, reasonWords } from "#server/engines/supply-chain/reasons.ts";
import { gateReasons } from "#server/engines/supply-chain/reports.ts";
import { NO_DEMAND } from "#server/engines/supply-chain/supply-chain-demand.ts";
import type { ImageFinding } from "./evidence-schema.ts";
import type { Blocker } from "./schema.ts";

/** Blockers about evidence say of each image what is missing: "provenance missing: a/b has no attestation". */
export function withEvidenceWords(
  blockers: readonly Blocker[],
  policy: EnvironmentPolicy,
  images: readonly ImageReference[],
  { findings, merge }: { findings: readonly ImageFinding[]; merge: MergeFinding | null },
): Blocker[] {
  const demand = policy.supplyChain ?? NO_DEMAND;
  const said = (reasonsOf: (finding: ImageFinding | undefined) => readonly Reason[]) =>
    images.flatMap(({ repository, digest }) =>
      reasonsOf(findings.find(({ image }) => image === digest)).map(
        (each) => `${repository}: ${reasonWords(each)}`,
      ),
    );
  return blockers.map((blocker) => {
    const details =
      blocker.code === "forbid-deploy-provenance-missing"
        ? said((finding) => finding?.reasons ?? [reason("no-attestation")])
        : blocker.code === "forbid-deploy-gate-unmet"
          ? said((finding) => finding?.gateReasons ?? gateReasons(demand, [], 0))
          : blocker.code === "forbid-deploy-merge-not-approved"
            ? [mergeWords(policy.mergeApprovals ?? 0, merge)]
            : [];
    if (details.length === 0) return blocker;
    return { ...blocker, words: `${blocker.words}: ${details.join("; ")}` };
  });
}
