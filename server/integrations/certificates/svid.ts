import { decodeJwt } from "jose";
import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { CertificateError } from "./certificate-error.ts";
import { type CertificateFacts, readCertificates } from "./read-certificates.ts";

export interface X509Svid extends CertificateFacts {
  spiffeId: string;
}

export interface JwtSvid {
  spiffeId: string;
  audience: string[];
  /** Null where the token doesn't say; SPIFFE leaves `iat` to the issuer. */
  issuedAt: Date | null;
  expiresAt: Date;
}

/** SPIFFE ID: a trust domain, then segments that are no dots alone (SPIFFE-ID §2). */
const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/;
const MAX_ID_BYTES = 2048;

const Claims = z.object({
  sub: z.string(),
  aud: z.union([z.string().transform((one) => [one]), z.array(z.string())]),
  exp: z.number(),
  iat: z.number().optional(),
});

/** The leaf of an X.509 SVID. It must carry exactly one URI, a SPIFFE ID, and be no authority. */
export function readX509Svid(pem: string): X509Svid {
  const [leaf] = readCertificates(pem);
  const [spiffeId, ...more] = leaf?.uris ?? [];
  const isSvid = leaf && spiffeId && more.length === 0 && isSpiffeId(spiffeId) && !leaf.isCa;
  if (!isSvid) throw new CertificateError("malformed", "X.509 SVID");
  return { ...leaf, spiffeId };
}

/** What a JWT SVID says of its life. Its signature is not checked: this is for showing, not for trusting. */
export function readJwtSvid(token: SecretValue): JwtSvid {
  const { sub, aud, exp, iat } = claimsOf(token);
  if (!isSpiffeId(sub)) throw new CertificateError("malformed", "JWT SVID");
  return {
    spiffeId: sub,
    audience: aud,
    issuedAt: iat === undefined ? null : new Date(iat * 1000),
    expiresAt: new Date(exp * 1000),
  };
}

export function isSpiffeId(text: string): boolean {
  return text.length <= MAX_ID_BYTES && SPIFFE_ID.test(text);
}

function claimsOf(token: SecretValue): z.infer<typeof Claims> {
  try {
    return Claims.parse(decodeJwt(token.reveal()));
  } catch {
    throw new CertificateError("malformed", "JWT SVID");
  }
}
