import { createHash } from "node:crypto";
import type { AllowedSigner } from "./allowed-signers.ts";
import { sshPublicKey } from "./ssh-public-key.ts";
import { SshFormatError, SshReader, sshString } from "./ssh-wire.ts";

export type SshVerdict =
  | { state: "verified"; signer: string; fingerprint: string }
  | { state: "rejected"; why: SshRejection; fingerprint: string | null };

/**
 * - `malformed`: it is no SSH signature, or of a kind that nobody should use.
 * - `other-purpose`: it was made for something else (its namespace).
 * - `unknown-key`: nobody who is allowed has the key.
 * - `not-valid-then`: its key was not valid, or not for this, when it was made.
 * - `bad-signature`: it is not of this text.
 */
export const SSH_REJECTIONS = [
  "malformed",
  "other-purpose",
  "unknown-key",
  "not-valid-then",
  "bad-signature",
] as const;
export type SshRejection = (typeof SSH_REJECTIONS)[number];

interface Asked {
  message: Buffer;
  /** As in `-----BEGIN SSH SIGNATURE-----`. */
  armored: string;
  /** What it must have been made for: `git` for commits. */
  namespace: string;
  signers: readonly AllowedSigner[];
  /** When it was made, as the signed text says. */
  at: Date;
}

const MAGIC = "SSHSIG";
const HASHES = new Set(["sha256", "sha512"]);

/** Checks a signature of `ssh-keygen -Y sign` (OpenSSH, PROTOCOL.sshsig) against those who are allowed to sign. */
export function verifySshSignature({
  message,
  armored,
  namespace,
  signers,
  at,
}: Asked): SshVerdict {
  let fingerprint: string | null = null;
  const rejected = (why: SshRejection): SshVerdict => ({ state: "rejected", why, fingerprint });
  try {
    const read = signatureOf(armored);
    const key = sshPublicKey(read.publicKey);
    fingerprint = key.fingerprint;
    if (read.namespace !== namespace) return rejected("other-purpose");
    const known = signers.filter((each) => each.key.fingerprint === fingerprint);
    if (known.length === 0) return rejected("unknown-key");
    const signer = known.find(
      ({ namespaces, validAfter, validBefore }) =>
        (namespaces === null || namespaces.includes(namespace)) &&
        (validAfter === null || at >= validAfter) &&
        (validBefore === null || at < validBefore),
    );
    if (!signer) return rejected("not-valid-then");
    const signed = Buffer.concat([
      Buffer.from(MAGIC),
      sshString(read.namespace),
      sshString(read.reserved),
      sshString(read.hash),
      sshString(createHash(read.hash).update(message).digest()),
    ]);
    if (!key.verifies(signed, read.signature)) return rejected("bad-signature");
    return { state: "verified", signer: signer.principal, fingerprint: key.fingerprint };
  } catch (error) {
    if (error instanceof SshFormatError) return rejected("malformed");
    throw error;
  }
}

function signatureOf(armored: string) {
  const [, body] =
    /^\s*-----BEGIN SSH SIGNATURE-----\s([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(
      armored,
    ) ?? [];
  if (body === undefined) throw new SshFormatError("it is not armored as an SSH signature is");
  const reader = new SshReader(Buffer.from(body, "base64"));
  if (reader.take(MAGIC.length).toString() !== MAGIC) throw new SshFormatError("no SSH signature");
  if (reader.uint32() !== 1) throw new SshFormatError("another version");
  const publicKey = reader.string();
  const namespace = reader.text();
  const reserved = reader.string();
  const hash = reader.text();
  const signature = reader.string();
  if (!reader.isAtEnd || !HASHES.has(hash)) throw new SshFormatError("no SSH signature");
  return { publicKey, namespace, reserved, hash, signature };
}
