import { createHash, createPublicKey, type JsonWebKey, verify } from "node:crypto";
import { SshFormatError, SshReader } from "./ssh-wire.ts";

interface Curve {
  jwk: string;
  bytes: number;
  hash: string;
}

const CURVES: Readonly<Record<string, Curve>> = {
  nistp256: { jwk: "P-256", bytes: 32, hash: "sha256" },
  nistp384: { jwk: "P-384", bytes: 48, hash: "sha384" },
  nistp521: { jwk: "P-521", bytes: 66, hash: "sha512" },
};
const RSA_HASHES: Readonly<Record<string, string>> = {
  "rsa-sha2-256": "sha256",
  "rsa-sha2-512": "sha512",
};
const LEAST_RSA_BYTES = 256;

export interface SshPublicKey {
  /** `SHA256:` and base64, as `ssh-keygen -l` writes it. */
  fingerprint: string;
  /** Whether a signature in SSH's own form (RFC 4253, section 6.6) is this key's over the data. */
  verifies(data: Buffer, signature: Buffer): boolean;
}

/**
 * A public key in SSH's own form: Ed25519 (RFC 8709), also on a security key, ECDSA (RFC 5656), RSA from 2,048 bits
 * on and never with SHA-1 (RFC 8332). Throws SshFormatError for any other.
 */
export function sshPublicKey(blob: Buffer): SshPublicKey {
  const fingerprint = `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  const reader = new SshReader(blob);
  const type = reader.text();
  const key = keyOf(type, reader);
  if (!reader.isAtEnd) throw new SshFormatError("there is more than a key");
  return {
    fingerprint,
    verifies: (data, signature) => {
      const read = new SshReader(signature);
      return key(data, read.text(), read);
    },
  };
}

type Check = (data: Buffer, algorithm: string, signature: SshReader) => boolean;

function keyOf(type: string, reader: SshReader): Check {
  if (type === "ssh-ed25519") {
    const key = publicKey(okp(reader.string()));
    return (data, algorithm, signature) =>
      algorithm === type && verify(null, data, key, ended(signature.string(), signature));
  }
  if (type === "sk-ssh-ed25519@openssh.com") {
    const key = publicKey(okp(reader.string()));
    const application = sha256(reader.string());
    return (data, algorithm, signature) => {
      const value = signature.string();
      // PROTOCOL.u2f: what a security key signs besides, a flag that somebody touched it among it.
      const flags = signature.take(1);
      const counter = ended(signature.take(4), signature);
      const wasTouched = ((flags[0] ?? 0) & 1) === 1;
      const signed = Buffer.concat([application, flags, counter, sha256(data)]);
      return algorithm === type && wasTouched && verify(null, signed, key, value);
    };
  }
  if (type.startsWith("ecdsa-sha2-")) return ecdsa(type, reader);
  if (type === "ssh-rsa") return rsa(reader);
  throw new SshFormatError(`keys of type ${type.slice(0, 60)} are not understood`);
}

function ecdsa(type: string, reader: SshReader): Check {
  const name = reader.text();
  const curve = Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
  const point = reader.string();
  if (!curve || type !== `ecdsa-sha2-${name}` || point.length !== 1 + 2 * curve.bytes) {
    throw new SshFormatError("the key is on no curve that is known");
  }
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  const key = publicKey({ kty: "EC", crv: curve.jwk, x: base64url(x), y: base64url(y) });
  return (data, algorithm, signature) => {
    const numbers = new SshReader(ended(signature.string(), signature));
    const [r, s] = [numbers.mpint(), ended(numbers.mpint(), numbers)];
    if (algorithm !== type || r.length > curve.bytes || s.length > curve.bytes) return false;
    const value = Buffer.concat([padded(r, curve.bytes), padded(s, curve.bytes)]);
    return verify(curve.hash, data, { key, dsaEncoding: "ieee-p1363" }, value);
  };
}

function rsa(reader: SshReader): Check {
  const [e, n] = [reader.mpint(), reader.mpint()];
  if (n.length < LEAST_RSA_BYTES) throw new SshFormatError("an RSA key needs 2,048 bits at least");
  const key = publicKey({ kty: "RSA", e: base64url(e), n: base64url(n) });
  return (data, algorithm, signature) => {
    const hash = Object.hasOwn(RSA_HASHES, algorithm) ? RSA_HASHES[algorithm] : undefined;
    const value = ended(signature.string(), signature);
    return hash !== undefined && verify(hash, data, key, padded(value, n.length));
  };
}

function okp(x: Buffer): JsonWebKey {
  return { kty: "OKP", crv: "Ed25519", x: base64url(x) };
}

function publicKey(jwk: JsonWebKey) {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    throw new SshFormatError("the key is not one");
  }
}

function ended(value: Buffer, reader: SshReader): Buffer {
  if (!reader.isAtEnd) throw new SshFormatError("there is more than a signature");
  return value;
}

function padded(value: Buffer, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, length - value.length)), value]);
}

function sha256(data: Buffer): Buffer {
  return createHash("sha256").update(data).digest();
}

function base64url(bytes: Buffer): string {
  return bytes.toString("base64url");
}
