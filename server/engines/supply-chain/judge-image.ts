import { plainText } from "./plain-text.ts";
import { type Reason, reason } from "./reasons.ts";
import { PROVENANCE_TYPES, type Statement } from "./statement.ts";
import type { SupplyChainDemand } from "./supply-chain-demand.ts";

/** Who a signature is proven to be by. */
export type Signer =
  | {
      readonly kind: "identity";
      readonly issuer: string;
      readonly subject: string;
      /** The source repository and ref that the certificate itself names (Fulcio), if it does. */
      readonly repository: string | null;
      readonly ref: string | null;
    }
  | { readonly kind: "key"; readonly name: string };

/** An attachment whose signature holds, or the reason why it says nothing. */
export type ReadAttestation =
  | {
      readonly digest: string;
      readonly isSound: true;
      readonly signer: Signer;
      readonly statement: Statement;
    }
  | { readonly digest: string; readonly isSound: false; readonly reason: Reason };

export type ImageVerdict = "verified" | "refused" | "unknown";

export interface ImageJudgement {
  readonly verdict: ImageVerdict;
  /** Why it is not verified; empty when it is. */
  readonly reasons: readonly Reason[];
  /** The attachment that verifies it, and who signed that. */
  readonly by: { readonly attachment: string; readonly signer: Signer } | null;
}

interface Asked {
  readonly image: string;
  readonly service: string;
  readonly level: "none" | "signed" | "slsa-2" | "slsa-3";
  readonly demand: SupplyChainDemand;
}

/**
 * Whether an image's origin is proven: by one attestation that passes whole. What other attestations
 * lack says nothing against it; without one that passes, every reason is given.
 */
export function judgeImage(asked: Asked, attestations: readonly ReadAttestation[]): ImageJudgement {
  const reasons: Reason[] = [];
  for (const each of attestations) {
    const against = each.isSound ? againstIt(asked, each) : [each.reason];
    if (each.isSound && against.length === 0) {
      return {
        verdict: "verified",
        reasons: [],
        by: { attachment: each.digest, signer: each.signer },
      };
    }
    reasons.push(...against);
  }
  // An attestation of another image is no word against this one, unless there is nothing else to say.
  const own = reasons.filter(({ code }) => code !== "other-image");
  if (own.length > 0) return { verdict: "refused", reasons: own, by: null };
  return { verdict: "unknown", reasons: [reason("no-attestation"), ...reasons], by: null };
}

function againstIt(
  asked: Asked,
  attestation: Extract<ReadAttestation, { isSound: true }>,
): Reason[] {
  const { signer, statement, digest: attachment } = attestation;
  if (!statement.digests.includes(asked.image)) {
    return [reason("other-image", { got: statement.digests.join(", ") || "no image", attachment })];
  }
  const against: Reason[] = [];
  if (!isTrustedSigner(asked.demand, signer)) {
    against.push(reason("signer-untrusted", { got: signerText(signer), attachment }));
  }
  if (asked.level === "slsa-2" || asked.level === "slsa-3") {
    against.push(...againstBuild(asked, signer, statement, attachment));
  }
  return against;
}

function isTrustedSigner({ signers, keys }: SupplyChainDemand, signer: Signer): boolean {
  return signer.kind === "key"
    ? keys.some(({ name }) => name === signer.name)
    : signers.some(({ issuer, subject }) => issuer === signer.issuer && subject === signer.subject);
}

function againstBuild(
  { level, demand, service }: Asked,
  signer: Signer,
  { predicateType, builder, source }: Statement,
  attachment: string,
): Reason[] {
  if (!PROVENANCE_TYPES.some((type) => type === predicateType)) {
    const wanted = PROVENANCE_TYPES.join(" or ");
    return [reason("wrong-predicate", { got: predicateType, wanted, attachment })];
  }
  const against: Reason[] = [];
  const needed = level === "slsa-3" ? 3 : 2;
  const known = demand.builders.find(({ id }) => id === builder);
  if (!known) {
    const wanted = demand.builders.map(({ id }) => id).join(" or ") || "another";
    against.push(reason("wrong-builder", { got: builder ?? "nobody named", wanted, attachment }));
  } else if (known.level < needed) {
    const levels = { got: String(known.level), wanted: String(needed) };
    against.push(reason("builder-level", { ...levels, attachment }));
  }
  const sources = demand.sources.filter(
    (each) => each.service === null || each.service === service,
  );
  if (demand.sources.length === 0) return against;
  const wanted =
    sources.map(({ repository, ref }) => sourceText(repository, ref)).join(" or ") ||
    `no source for ${service}`;
  const named = [
    ...(source ? [source] : []),
    ...(signer.kind === "identity" && signer.repository !== null
      ? [{ repository: signer.repository, ref: signer.ref }]
      : []),
  ];
  if (!source) against.push(reason("source-missing", { wanted, attachment }));
  for (const { repository, ref } of named) {
    const isWanted = sources.some(
      (each) => each.repository === repository && (each.ref === null || each.ref === ref),
    );
    if (isWanted) continue;
    against.push(reason("wrong-source", { got: sourceText(repository, ref), wanted, attachment }));
  }
  return against;
}

function sourceText(repository: string, ref: string | null): string {
  return ref === null ? repository : `${repository}@${ref}`;
}

/** A signer as people read it. */
export function signerText(signer: Signer): string {
  return plainText(
    signer.kind === "key" ? `key ${signer.name}` : `${signer.subject} (${signer.issuer})`,
    1_000,
  );
}
