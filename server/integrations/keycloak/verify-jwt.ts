import "server-only";
import { errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";
import { AppError } from "#server/platform/errors/app-error.ts";
import { identityProviderUnavailable, issuerAt } from "./issuer.ts";

/** Asymmetric only: with a shared secret anybody who checks a token could make one. */
export const JWT_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const CLOCK_TOLERANCE_SECONDS = 10;

/** What makes jose unsure of the keys rather than sure of a bad token. */
const KEY_TROUBLE = [errors.JWKSTimeout, errors.JWKSInvalid];

/**
 * The claims of a JWT signed by this issuer for this audience.
 * Throws `unauthenticated` for a token that does not hold, `unavailable` when its keys can't be had.
 */
export async function verifyJwt(
  token: string,
  issuer: string,
  audience: string,
  options: Pick<JWTVerifyOptions, "maxTokenAge" | "requiredClaims" | "currentDate"> = {},
): Promise<{ claims: JWTPayload; type: string | undefined }> {
  const { keys } = await issuerAt(issuer);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: JWT_ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      ...options,
      requiredClaims: ["exp", "iat", ...(options.requiredClaims ?? [])],
    });
    return { claims: payload, type: protectedHeader.typ };
  } catch (cause) {
    const isVerdict = cause instanceof errors.JOSEError && cause.code !== "ERR_JOSE_GENERIC";
    if (!isVerdict || KEY_TROUBLE.some((kind) => cause instanceof kind)) {
      throw identityProviderUnavailable(cause);
    }
    throw new AppError("unauthenticated", "The token is not valid here.", {}, { cause });
  }
}
