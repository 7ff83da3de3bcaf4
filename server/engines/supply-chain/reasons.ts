import { plainText } from "./plain-text.ts";

export const REASON_CODES = [
  "no-attestation",
  "not-readable",
  "not-an-attestation",
  "no-trusted-root",
  "signature-invalid",
  "certificate-untrusted",
  "timestamp-missing",
  "log-untrusted",
  "key-unknown",
  "signer-untrusted",
  "other-image",
  "wrong-predicate",
  "wrong-builder",
  "builder-level",
  "source-missing",
  "wrong-source",
  "no-report",
  "too-severe",
  "fixable-too-severe",
  "no-sbom",
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** Why an image does not pass, as data: what was found and what the policy wants. */
export interface Reason {
  readonly code: ReasonCode;
  readonly got: string | null;
  readonly wanted: string | null;
  /** SHA-256 of the attachment that it is about, in hex; null when it is about none. */
  readonly attachment: string | null;
}

export function reason(
  code: ReasonCode,
  { got = null, wanted = null, attachment = null }: Partial<Omit<Reason, "code">> = {},
): Reason {
  const plain = (text: string | null) => (text === null ? null : plainText(text));
  return { code, got: plain(got), wanted: plain(wanted), attachment };
}

const WORDS: Record<ReasonCode, (reason: Reason) => string> = {
  "no-attestation": () => "it has no attestation",
  "not-readable": ({ got }) => `an attestation can't be read (${got})`,
  "not-an-attestation": ({ got }) => `a bundle holds no statement about an image (${got})`,
  "no-trusted-root": () => "no trusted root is pinned, so no certificate can be checked",
  "signature-invalid": ({ got }) => `a signature is not valid (${got})`,
  "certificate-untrusted": ({ got }) =>
    `the signer's certificate is not from the trusted root, or was not valid when it signed (${got})`,
  "timestamp-missing": ({ got }) => `nothing trusted says when it was signed (${got})`,
  "log-untrusted": ({ got }) => `it is not in a trusted transparency log (${got})`,
  "key-unknown": () => "it was signed with a key that the policy does not pin",
  "signer-untrusted": ({ got }) => `signed by ${got}, whom the policy does not name`,
  "other-image": ({ got }) => `an attestation speaks of ${got}, not of this image`,
  "wrong-predicate": ({ got, wanted }) => `attested as ${got}, the policy wants ${wanted}`,
  "wrong-builder": ({ got, wanted }) => `built by ${got}, the policy wants ${wanted}`,
  "builder-level": ({ got, wanted }) => `built at SLSA level ${got}, the policy wants ${wanted}`,
  "source-missing": ({ wanted }) => `its provenance names no source, the policy wants ${wanted}`,
  "wrong-source": ({ got, wanted }) => `built from ${got}, the policy wants ${wanted}`,
  "no-report": () => "it has no vulnerability report",
  "too-severe": ({ got, wanted }) => `it has ${got}, the policy takes ${wanted}`,
  "fixable-too-severe": ({ got, wanted }) =>
    `it has ${got} that a fix exists for, the policy takes ${wanted}`,
  "no-sbom": () => "it has no bill of materials",
};

/** A reason in words, for the API and the log; screens have words of their own. */
export function reasonWords(reason: Reason): string {
  return WORDS[reason.code](reason);
}
