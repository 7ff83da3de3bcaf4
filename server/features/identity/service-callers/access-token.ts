import "server-only";
import { decodeJwt, decodeProtectedHeader, errors } from "jose";
import { z } from "zod";
import { JWT_ALGORITHMS } from "#server/integrations/keycloak/verify-jwt.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { RealmConfig } from "../config.ts";
import { realmOfIssuer } from "../config.ts";
import type { Grants } from "../grants.ts";
import { identityConfig } from "../identity-config.ts";
import { verifiedGrants } from "../verified-grants.ts";
import { type RefusalReason, TokenRefusal } from "./token-refusal.ts";

/** Headers by which a token would choose its own key or change what its signature means. */
const REFUSED_HEADERS = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"];

const Claims = z.object({
  typ: z.string().optional(),
  azp: z.string().min(1).optional(),
  sid: z.string().optional(),
  act: z.object({ sub: z.string().min(1) }).optional(),
  preferred_username: z.string().optional(),
  scope: z.string().optional(),
  cnf: z
    .object({ jkt: z.string().min(1).optional(), "x5t#S256": z.string().min(1).optional() })
    .optional(),
});
export type TokenClaims = z.infer<typeof Claims>;

export interface AccessToken {
  readonly text: string;
  readonly realm: RealmConfig;
  readonly grants: Grants;
  readonly claims: TokenClaims;
}

/**
 * A verified access token of a listed realm, at a time of the database's clock. The key is found in the
 * issuer's own list, never by what the token says. Throws TokenRefusal, or `unavailable` when the issuer's keys can't be had.
 */
export async function verifiedAccessToken(
  text: string,
  realm: RealmConfig,
  now: Date,
): Promise<AccessToken> {
  const { grants, claims } = await verifiedGrants(realm, text, now).catch((error: unknown) => {
    throw error instanceof AppError && error.code === "unauthenticated"
      ? new TokenRefusal(reasonOf(error.cause), { cause: error })
      : error;
  });
  const parsed = Claims.safeParse(claims);
  const isOdd = parsed.data?.typ === "DPoP" && parsed.data.cnf?.jkt === undefined;
  if (!parsed.success || isOdd) throw new TokenRefusal("claims_missing");
  if (parsed.data.azp === undefined) throw new TokenRefusal("client_unknown");
  // The console's own tokens never leave the server: one that comes back was stolen.
  if (parsed.data.azp === realm.clientId) throw new TokenRefusal("console_token");
  return { text, realm, grants, claims: parsed.data };
}

/**
 * The realm that a token says it is of, and that its header is one we would take: before anything is
 * asked or fetched for it. Throws TokenRefusal.
 */
export function realmNamedBy(text: string): RealmConfig {
  let header: ReturnType<typeof decodeProtectedHeader>;
  let issuer: string | undefined;
  try {
    header = decodeProtectedHeader(text);
    issuer = decodeJwt(text).iss;
  } catch (cause) {
    throw new TokenRefusal("token_malformed", { cause });
  }
  if (REFUSED_HEADERS.some((name) => Object.hasOwn(header, name))) {
    throw new TokenRefusal("header_refused");
  }
  if (!JWT_ALGORITHMS.includes(header.alg ?? "")) throw new TokenRefusal("algorithm_refused");
  const realm = realmOfIssuer(identityConfig(), issuer ?? null);
  if (!realm) throw new TokenRefusal("issuer_unknown");
  return realm;
}

function reasonOf(cause: unknown): RefusalReason {
  if (cause instanceof errors.JWTExpired) return "token_expired";
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === "aud") return "audience_wrong";
    if (cause.claim === "nbf" && cause.reason === "check_failed") return "token_not_yet_valid";
    return "claims_missing";
  }
  if (cause instanceof errors.JWKSNoMatchingKey) return "key_unknown";
  if (cause instanceof errors.JWKSMultipleMatchingKeys) return "key_unknown";
  if (cause instanceof errors.JWSSignatureVerificationFailed) return "signature_invalid";
  if (cause instanceof errors.JOSEAlgNotAllowed) return "algorithm_refused";
  if (cause instanceof errors.JOSEError) return "token_malformed";
  return "not_an_access_token";
}
