import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { EnvironmentPolicy } from "#server/engines/deployments/environment-policy.ts";
import type { ProvenanceVerdict } from "#server/engines/deployments/execution-facts.ts";
import type { ImageVerdict } from "#server/engines/supply-chain/judge-image.ts";
import type { MergeFinding } from "#server/engines/supply-chain/merged-change.ts";
import { hasGate, NO_DEMAND } from "#server/engines/supply-chain/supply-chain-demand.ts";

export type Gate = "none" | "met" | "unmet";

/** What was found of each image, with the digests of all that it was found from: part of the subject. */
export interface Evidence {
  /** SHA-256 of the pinned trusted root; null where none is pinned. */
  trustedRoot: string | null;
  /** SHA-256 of the policy's RFC 8785 text. */
  policy: string;
  /** Of every attestation that was looked at. */
  attestations: string[];
  images: {
    image: string;
    verdict: ImageVerdict;
    gate: Gate;
    vulnerabilities: string[];
    sboms: string[];
  }[];
  /** How the change was merged; absent where the policy does not ask. */
  merge?: MergeFinding;
}

/** Whether every image passes what the policy asks of reports. Nothing looked at is nothing passed. */
export function isGateMet(policy: EnvironmentPolicy, evidence: Evidence | null): boolean {
  if (!hasGate(policy.supplyChain ?? NO_DEMAND)) return true;
  return (
    evidence !== null &&
    evidence.images.length > 0 &&
    evidence.images.every(({ gate }) => gate === "met")
  );
}

/** The verdict on a whole request: as bad as that on its worst image. */
export function provenanceOf(images: readonly { verdict: ImageVerdict }[]): ProvenanceVerdict {
  if (images.some(({ verdict }) => verdict === "refused")) return "failed";
  const isVerified = images.length > 0 && images.every(({ verdict }) => verdict === "verified");
  return isVerified ? "verified" : "unknown";
}

/** The digest that `environment_policy_version.spec_digest` holds of this policy. */
export function policyDigest(policy: EnvironmentPolicy): string {
  const text = canonicalJson(policy as unknown as JsonValue);
  return createHash("sha256").update(text).digest("hex");
}
