import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from "@sigstore/mock";
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from "@sigstore/protobuf-specs";
import { type PinnedRoot, readTrustedRoot } from "../trusted-root.ts";

export const IN_TOTO = "application/vnd.in-toto+json";
export const ISSUER = "https://forge.example";
export const WORKFLOW =
  "https://forge.example/bank/checkout/.forge/workflows/release.yml@refs/heads/main";
export const BUILDER = "https://forge.example/builders/hosted@v1";
export const SOURCE = "https://forge.example/bank/checkout";

const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const spki = (key: KeyObject) => key.export({ format: "der", type: "spki" });
const pem = (key: KeyObject) => key.export({ format: "pem", type: "spki" }).toString();

/** Provenance of SLSA v1 for these digests. */
export function provenance(
  digests: readonly string[],
  {
    builder = BUILDER,
    repository = SOURCE,
    ref = "refs/heads/main",
    predicateType = "https://slsa.dev/provenance/v1",
  } = {},
) {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: digests.map((digest) => ({
      name: "image",
      digest: { sha256: digest.slice("sha256:".length) },
    })),
    predicateType,
    predicate: {
      buildDefinition: {
        buildType: "https://forge.example/actions/v1",
        externalParameters: { workflow: { repository, ref, path: ".forge/workflows/release.yml" } },
      },
      runDetails: { builder: { id: builder } },
    },
  };
}

interface Signing {
  subject?: string;
  issuer?: string;
  /** When the log and the timestamp authority saw it, in seconds after the certificate was issued. */
  signedAfterSeconds?: number;
  /** What says when it was signed. */
  time?: "log" | "authority" | "none";
  extensions?: { oid: string; value: string }[];
  /** The certificate never went to the log of certificates. */
  isUnlogged?: boolean;
}

/** A Sigstore of its own: certificate authority, log of certificates, transparency log, timestamps. */
export async function sigstoreWorld() {
  // The roots are valid from now on, so what they sign is signed a little later.
  const issuedAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 5_000);
  const ctPair = pair();
  const logPair = pair();
  const caPair = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const tsaPair = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const ctLog = await initializeCTLog(ctPair, issuedAt);
  const authority = await initializeCA(caPair, ctLog, issuedAt);
  const unlogged = await initializeCA(caPair, undefined, issuedAt);
  const url = "https://log.example";
  const tsaRoot = await initializeTSA(tsaPair, issuedAt);
  const validFor = { start: new Date(0).toISOString() };
  const key = (publicKey: KeyObject) => ({
    baseUrl: url,
    hashAlgorithm: HashAlgorithm[HashAlgorithm.SHA2_256],
    publicKey: {
      rawBytes: spki(publicKey).toString("base64"),
      keyDetails: PublicKeyDetails[PublicKeyDetails.PKIX_ECDSA_P256_SHA_256],
      validFor,
    },
    logId: { keyId: createHash("sha256").update(spki(publicKey)).digest("base64") },
  });
  const chain = (...certificates: ArrayBufferView[]) => ({
    subject: { organization: "example", commonName: "example" },
    uri: url,
    certChain: {
      certificates: certificates.map(({ buffer, byteOffset, byteLength }) => ({
        rawBytes: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString("base64"),
      })),
    },
    validFor,
  });
  const rootText = JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [key(logPair.publicKey)],
    ctlogs: [key(ctPair.publicKey)],
    certificateAuthorities: [chain(authority.rootCertificate)],
    timestampAuthorities: [chain(tsaRoot.intCertificate, tsaRoot.rootCertificate)],
  });
  const root: PinnedRoot = readTrustedRoot(rootText);

  /** A bundle of version 0.3 as a workflow gets it, in JSON. */
  async function attest(statement: object, options: Signing = {}): Promise<string> {
    const signedAt = new Date(issuedAt.getTime() + (options.signedAfterSeconds ?? 60) * 1_000);
    const signer = pair();
    const certificate = Buffer.from(
      (
        await (options.isUnlogged ? unlogged : authority).issueCertificate({
          publicKey: spki(signer.publicKey) as never,
          subjectAltName: options.subject ?? WORKFLOW,
          extensions: [
            { oid: "1.3.6.1.4.1.57264.1.8", value: options.issuer ?? ISSUER },
            ...(options.extensions ?? []),
          ],
        })
      ).buffer as ArrayBuffer,
    );
    const { envelope, signature, payload } = envelopeOf(statement, signer.privateKey);
    const time = options.time ?? "log";
    const log = await initializeTLog(url, logPair, signedAt);
    const [entry] = Object.values(
      await log.log({
        apiVersion: "0.0.1",
        kind: "dsse",
        spec: {
          signatures: [
            {
              signature: signature.toString("base64"),
              verifier: certificate.toString("base64"),
            },
          ],
          payloadHash: {
            algorithm: "sha256",
            value: createHash("sha256").update(payload).digest("hex"),
          },
        },
      }),
    ) as never as [LogEntry];
    const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
    const authorityNow = await initializeTSA(tsaPair, signedAt);
    const reply = await authorityNow.timestamp({
      artifactHash: createHash("sha256").update(signature).digest(),
      hashAlgorithmOID: "2.16.840.1.101.3.4.2.1",
      nonce: 1,
      policyOID: "1.3.6.1.4.1.57264.2",
    });
    return JSON.stringify({
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      dsseEnvelope: envelope,
      verificationMaterial: {
        certificate: { rawBytes: certificate.toString("base64") },
        tlogEntries: [
          {
            logIndex: String(proof.logIndex),
            logId: { keyId: Buffer.from(entry.logID, "hex").toString("base64") },
            kindVersion: { kind: "dsse", version: "0.0.1" },
            integratedTime: String(entry.integratedTime),
            ...(time === "log"
              ? { inclusionPromise: { signedEntryTimestamp }, logIndex: String(entry.logIndex) }
              : {}),
            inclusionProof: {
              logIndex: String(proof.logIndex),
              treeSize: String(proof.treeSize),
              rootHash: Buffer.from(proof.rootHash, "hex").toString("base64"),
              hashes: [],
              checkpoint: { envelope: proof.checkpoint },
            },
            canonicalizedBody: entry.body,
          },
        ],
        ...(time === "authority"
          ? {
              timestampVerificationData: {
                rfc3161Timestamps: [
                  { signedTimestamp: Buffer.from(reply.buffer as ArrayBuffer).toString("base64") },
                ],
              },
            }
          : {}),
      },
    });
  }
  return { root, rootText, attest, json: TrustedRoot.toJSON(root.root) as Record<string, unknown> };
}

interface LogEntry {
  body: string;
  integratedTime: number;
  logID: string;
  logIndex: number;
  verification: {
    signedEntryTimestamp: string;
    inclusionProof: { logIndex: number; treeSize: number; rootHash: string; checkpoint: string };
  };
}

function envelopeOf(statement: object, key: KeyObject, payloadType = IN_TOTO) {
  const payload = Buffer.from(JSON.stringify(statement));
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const signature = sign("sha256", Buffer.concat([Buffer.from(head), payload]), key);
  const envelope = {
    payloadType,
    payload: payload.toString("base64"),
    signatures: [{ sig: signature.toString("base64"), keyid: "" }],
  };
  return { envelope, signature, payload };
}

/** A key as cosign holds it, and the three forms in which it signs. */
export function cosignKey(name = "release") {
  const { privateKey, publicKey } = pair();
  return {
    trusted: { name, publicKey: pem(publicKey) },
    envelope: (statement: object) => JSON.stringify(envelopeOf(statement, privateKey).envelope),
    bundle: (statement: object) =>
      JSON.stringify({
        mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
        dsseEnvelope: envelopeOf(statement, privateKey).envelope,
        verificationMaterial: { publicKey: { hint: "release" }, tlogEntries: [] },
      }),
    signature: (digest: string) => {
      const payload = Buffer.from(
        JSON.stringify({
          critical: {
            identity: { "docker-reference": "registry.example/bank/checkout" },
            image: { "docker-manifest-digest": digest },
            type: "cosign container image signature",
          },
          optional: null,
        }),
      );
      const Base64Signature = sign("sha256", payload, privateKey).toString("base64");
      return JSON.stringify({ Base64Signature, Payload: payload.toString("base64"), Cert: null });
    },
  };
}
