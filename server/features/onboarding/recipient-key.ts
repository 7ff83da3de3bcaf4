import { createPublicKey } from "node:crypto";

const MINIMUM_RSA_BITS = 3_072;
const CURVES = new Set(["prime256v1", "secp384r1"]);

/** What is wrong with the PEM of a public key that an export shall be encrypted for; null: nothing. */
export function recipientKeyProblem(pem: string): string | null {
  if (/PRIVATE KEY/.test(pem)) return "is a private key: give the public one";
  try {
    const key = createPublicKey(pem);
    const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === "rsa") {
      return modulusLength >= MINIMUM_RSA_BITS
        ? null
        : `must have at least ${MINIMUM_RSA_BITS} bits`;
    }
    if (key.asymmetricKeyType === "ec" && CURVES.has(namedCurve)) return null;
    return "must be an RSA key, or an EC key of P-256 or P-384";
  } catch {
    return "must be the PEM of a public key";
  }
}
