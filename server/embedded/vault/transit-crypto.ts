import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  sign,
  verify,
} from "node:crypto";
import type { TransitKey, TransitMount } from "./engine-state.ts";
import { VaultError } from "./vault-error.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const SYMMETRIC = new Set(["aes256-gcm96"]);
const ASYMMETRIC = new Set(["ed25519", "ecdsa-p256"]);

export function isSymmetric(type: string): boolean {
  return SYMMETRIC.has(type);
}

/** A new version's material; throws OpenBao's 400 for a type this vault doesn't know. */
export function newKeyVersion(type: string): TransitKey["versions"][string] {
  const created = Math.floor(Date.now() / 1000);
  if (isSymmetric(type)) {
    return { created, privateKey: randomBytes(32).toString("base64"), publicKey: null };
  }
  if (!ASYMMETRIC.has(type)) throw new VaultError(400, `unknown key type ${type}`);
  const pair =
    type === "ed25519"
      ? generateKeyPairSync("ed25519")
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey =
    type === "ed25519"
      ? (pair.publicKey.export({ format: "der", type: "spki" }) as Buffer)
          .subarray(-32)
          .toString("base64")
      : String(pair.publicKey.export({ format: "pem", type: "spki" }));
  const privateKey = String(pair.privateKey.export({ format: "pem", type: "pkcs8" }));
  return { created, privateKey, publicKey };
}

export function encryptWith(key: TransitKey, version: number, plaintext: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", material(key, version), iv);
  const sealed = Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `vault:v${version}:${sealed.toString("base64")}`;
}

export function decryptWith(key: TransitKey, ciphertext: string): Buffer {
  const { version, bytes } = parseVersioned(key, ciphertext, "ciphertext");
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new VaultError(400, "invalid ciphertext length");
  const decipher = createDecipheriv(
    "aes-256-gcm",
    material(key, version),
    bytes.subarray(0, IV_BYTES),
  );
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const body = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES));
    return Buffer.concat([body, decipher.final()]);
  } catch {
    throw new VaultError(400, "cipher: message authentication failed");
  }
}

export function signWith(key: TransitKey, version: number, input: Buffer): string {
  const signer = createPrivateKey(stored(key, version).privateKey);
  const digest = key.type === "ed25519" ? null : "sha256";
  return `vault:v${version}:${sign(digest, input, signer).toString("base64")}`;
}

export function verifyWith(key: TransitKey, input: Buffer, signature: string): boolean {
  const { version, bytes } = parseVersioned(key, signature, "signature");
  const digest = key.type === "ed25519" ? null : "sha256";
  return verify(digest, input, createPublicKey(stored(key, version).privateKey), bytes);
}

/** `vault:v<n>:<base64>` with a version that may still be read, in OpenBao's order of refusals. */
function parseVersioned(key: TransitKey, text: string, what: string) {
  const [, digits, encoded] = /^vault:v(\d+):(.+)$/.exec(text) ?? [];
  if (!digits || !encoded) throw new VaultError(400, `invalid ${what}: no prefix`);
  const version = Number(digits);
  if (version > key.latest_version)
    throw new VaultError(400, `invalid ${what}: version is too new`);
  if (version < key.min_decryption_version) {
    throw new VaultError(400, "ciphertext or signature version is disallowed by policy (too old)");
  }
  return { version, bytes: Buffer.from(encoded, "base64") };
}

function material(key: TransitKey, version: number): Buffer {
  return Buffer.from(stored(key, version).privateKey, "base64");
}

function stored(key: TransitKey, version: number): TransitKey["versions"][string] {
  const found = key.versions[String(version)];
  if (!found) throw new VaultError(500, "1 error occurred:\n\t* no such key version\n\n");
  return found;
}

const RSA_BITS = 4_096;
/** RFC 5649. */
const KWP_IV = Buffer.from("A65959A6", "hex");

/** The public half of the mount's wrapping key, which is made if there is none. */
export function wrappingKeyOf(mount: TransitMount): string {
  mount.wrapping ??= String(
    generateKeyPairSync("rsa", { modulusLength: RSA_BITS }).privateKey.export({
      format: "pem",
      type: "pkcs8",
    }),
  );
  return String(createPublicKey(mount.wrapping).export({ format: "pem", type: "spki" }));
}

/** RSA-OAEP(an AES-256 key) ‖ AES-KWP(that key, the material), as OpenBao takes it. */
export function unwrapImported(mount: TransitMount, ciphertext: string): Buffer {
  try {
    const bytes = Buffer.from(ciphertext, "base64");
    const wrapping = privateDecrypt(
      {
        key: mount.wrapping ?? "",
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: "sha256",
      },
      bytes.subarray(0, RSA_BITS / 8),
    );
    const decipher = createDecipheriv("id-aes256-wrap-pad", wrapping, KWP_IV);
    const key = Buffer.concat([decipher.update(bytes.subarray(RSA_BITS / 8)), decipher.final()]);
    if (key.length !== 32) throw new Error("invalid key size");
    return key;
  } catch {
    throw new VaultError(400, "error unwrapping key");
  }
}
