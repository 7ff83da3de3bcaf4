import { createPublicKey, verify as verifySignature } from "node:crypto";
import type { Bundle, Envelope } from "@sigstore/bundle";
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from "@sigstore/verify";
import type { ReadAttestation, Signer } from "#server/engines/supply-chain/judge-image.ts";
import {
  readAttachment,
  type SignedAttachment,
} from "#server/engines/supply-chain/read-attachment.ts";
import { type ReasonCode, reason } from "#server/engines/supply-chain/reasons.ts";
import { IN_TOTO_PAYLOAD, readStatement } from "#server/engines/supply-chain/statement.ts";
import type { TrustedKey } from "#server/engines/supply-chain/supply-chain-demand.ts";
import { certificateIdentity } from "./certificate-identity.ts";
import { readCosignPayload } from "./cosign-payload.ts";
import type { PinnedRoot } from "./trusted-root.ts";

export interface Trust {
  /** Null: nothing that a certificate signed can be checked. */
  readonly root: PinnedRoot | null;
  readonly keys: readonly TrustedKey[];
}

interface Attached {
  /** SHA-256 of the body, in hex. */
  readonly digest: string;
  readonly body: string;
}

class Refusal extends Error {
  readonly code: ReasonCode;
  constructor(code: ReasonCode, message = "") {
    super(message);
    this.code = code;
  }
}

/**
 * Checks an attestation's signature against the pinned root and keys, with no network. Who signed is
 * read from the certificate or the key; whether the policy trusts that signer is not decided here.
 */
export function verifyAttestation({ digest, body }: Attached, trust: Trust): ReadAttestation {
  try {
    const { signer, statement } = checked(read(body), trust);
    return { digest, isSound: true, signer, statement };
  } catch (error) {
    const { code, got } = whyRefused(error);
    return { digest, isSound: false, reason: reason(code, { got, attachment: digest }) };
  }
}

function read(body: string): SignedAttachment {
  try {
    return readAttachment(JSON.parse(body));
  } catch (error) {
    throw new Refusal("not-readable", error instanceof Error ? error.message : "");
  }
}

function checked(attachment: SignedAttachment, trust: Trust) {
  if (attachment.format === "bundle") {
    const { content } = attachment.bundle;
    if (content.$case !== "dsseEnvelope") throw new Refusal("not-an-attestation", content.$case);
    const signer = bundleSigner(attachment.bundle, trust);
    return { signer, statement: statementIn(content.dsseEnvelope) };
  }
  if (attachment.format === "envelope") {
    const { envelope } = attachment;
    const encoded = preAuthEncoding(envelope);
    const signer = keySigner(trust.keys, (key) =>
      envelope.signatures.some(({ sig }) => isSignedBy(key, encoded, sig)),
    );
    return { signer, statement: statementIn(envelope) };
  }
  const { payload, signature } = attachment;
  const signer = keySigner(trust.keys, (key) => isSignedBy(key, payload, signature));
  return { signer, statement: readCosignPayload(payload) };
}

function statementIn({ payloadType, payload }: Envelope) {
  if (payloadType !== IN_TOTO_PAYLOAD) throw new Refusal("not-an-attestation", payloadType);
  try {
    return readStatement(payload);
  } catch {
    throw new Refusal("not-an-attestation", "no in-toto statement");
  }
}

function bundleSigner(bundle: Bundle, { root, keys }: Trust): Signer {
  if (bundle.verificationMaterial.content.$case === "publicKey") {
    return keySigner(keys, (key) => isBundleSignedBy(bundle, key, root));
  }
  if (!root) throw new Refusal("no-trusted-root");
  // What the pinned root has is asked for: a log it names must have the entry, a CT log the certificate.
  const verifier = new Verifier(toTrustMaterial(root.root), {
    tlogThreshold: root.root.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: root.root.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  });
  const signer = certificateIdentity(verifier.verify(toSignedEntity(bundle)));
  if (!signer) throw new Refusal("certificate-untrusted", "its names can't be read exactly");
  return signer;
}

/** A pinned key needs no log and no timestamp; where a bundle has an entry, it must hold. */
function isBundleSignedBy(bundle: Bundle, { publicKey }: TrustedKey, root: PinnedRoot | null) {
  const material = toTrustMaterial(
    root?.root ?? {
      mediaType: "",
      tlogs: [],
      ctlogs: [],
      certificateAuthorities: [],
      timestampAuthorities: [],
    },
    () => ({ publicKey: createPublicKey(publicKey), validFor: () => true }),
  );
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  try {
    new Verifier(material, thresholds).verify(toSignedEntity(bundle));
    return true;
  } catch (error) {
    if (error instanceof VerificationError && error.code === "SIGNATURE_ERROR") return false;
    throw error;
  }
}

function keySigner(keys: readonly TrustedKey[], isBy: (key: TrustedKey) => boolean): Signer {
  const key = keys.find(isBy);
  if (!key) throw new Refusal("key-unknown");
  return { kind: "key", name: key.name };
}

function isSignedBy({ publicKey }: TrustedKey, data: Buffer, signature: Uint8Array): boolean {
  const key = createPublicKey(publicKey);
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return verifySignature(algorithm, data, key, signature);
}

/** The bytes that DSSE signs (https://github.com/secure-systems-lab/dsse/blob/master/protocol.md). */
function preAuthEncoding({ payloadType, payload }: Envelope): Buffer {
  const type = Buffer.from(payloadType, "utf8");
  const head = `DSSEv1 ${type.length} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, "utf8"), payload]);
}

const CODES: Partial<Record<VerificationError["code"], ReasonCode>> = {
  CERTIFICATE_ERROR: "certificate-untrusted",
  TIMESTAMP_ERROR: "timestamp-missing",
  TLOG_ERROR: "log-untrusted",
  TLOG_BODY_ERROR: "log-untrusted",
  TLOG_INCLUSION_PROOF_ERROR: "log-untrusted",
  TLOG_INCLUSION_PROMISE_ERROR: "log-untrusted",
  TLOG_MISSING_INCLUSION_ERROR: "log-untrusted",
};

function whyRefused(error: unknown): { code: ReasonCode; got: string } {
  const got = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  if (error instanceof Refusal) return { code: error.code, got };
  if (error instanceof VerificationError) {
    return { code: CODES[error.code] ?? "signature-invalid", got };
  }
  // Whatever else the parsers throw at a forged file: it proves nothing (law 7).
  return { code: "signature-invalid", got };
}
