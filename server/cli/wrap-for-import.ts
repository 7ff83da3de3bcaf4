import {
  constants,
  createCipheriv,
  createPublicKey,
  publicEncrypt,
  randomBytes,
} from "node:crypto";

/** RFC 5649, section 3: the constant of AES key wrap with padding. */
const KWP_IV = Buffer.from("A65959A6", "hex");
const LEAST_RSA_BITS = 4_096;

/**
 * Wraps a key for whoever holds the private half of `wrappingKey` (PEM): base64 of RSA-OAEP(SHA-256, a new AES-256
 * key) ‖ AES-KWP(that key, the key), the mechanism CKM_RSA_AES_KEY_WRAP of PKCS #11 3.0 (§6.1.13) that OpenBao's
 * transit import takes. Throws unless the wrapping key is RSA of 4096 bits.
 */
export function wrapForImport(wrappingKey: string, key: Buffer): string {
  const to = createPublicKey(wrappingKey);
  const bits = to.asymmetricKeyDetails?.modulusLength ?? 0;
  if (to.asymmetricKeyType !== "rsa" || bits < LEAST_RSA_BITS) {
    throw new Error(`The wrapping key must be RSA of at least ${LEAST_RSA_BITS} bits.`);
  }
  const between = randomBytes(32);
  try {
    const first = publicEncrypt(
      { key: to, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
      between,
    );
    const cipher = createCipheriv("id-aes256-wrap-pad", between, KWP_IV);
    return Buffer.concat([first, cipher.update(key), cipher.final()]).toString("base64");
  } finally {
    between.fill(0);
  }
}
