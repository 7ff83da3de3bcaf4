import "server-only";
import { createRemoteJWKSet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";

const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  pushed_authorization_request_endpoint: z.url().optional(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  end_session_endpoint: z.url().optional(),
  introspection_endpoint: z.url().optional(),
});

export interface Issuer {
  readonly authorizationEndpoint: string;
  /** RFC 9126; null where the issuer has none. */
  readonly pushEndpoint: string | null;
  readonly tokenEndpoint: string;
  readonly endSessionEndpoint: string | null;
  /** RFC 7662; null where the issuer has none. */
  readonly introspectionEndpoint: string | null;
  readonly keys: JWTVerifyGetKey;
}

const TIMEOUT_MILLIS = 5_000;
const METADATA_LIFETIME_MILLIS = 10 * 60_000;

interface Known {
  readonly issuer: Promise<Issuer>;
  readonly until: number;
}
const shared = globalThis as typeof globalThis & { consoleIssuers?: Map<string, Known> };

/**
 * Endpoints and keys of an issuer, by OpenID discovery, remembered for ten minutes.
 * The caller has checked it against the allow-list. Throws `unavailable` when it can't be reached.
 */
export function issuerAt(url: string): Promise<Issuer> {
  shared.consoleIssuers ??= new Map();
  const known = shared.consoleIssuers.get(url);
  if (known && known.until > performance.now()) return known.issuer;
  const issuer = discover(url);
  const until = performance.now() + METADATA_LIFETIME_MILLIS;
  shared.consoleIssuers.set(url, { issuer, until });
  issuer.catch(() => shared.consoleIssuers?.delete(url));
  return issuer;
}

async function discover(url: string): Promise<Issuer> {
  try {
    const response = await fetch(`${url}/.well-known/openid-configuration`, {
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    });
    if (!response.ok) throw new Error(`discovery answered ${response.status}`);
    const metadata = Metadata.parse(await response.json());
    if (metadata.issuer !== url) throw new Error("discovery names another issuer");
    return {
      authorizationEndpoint: metadata.authorization_endpoint,
      pushEndpoint: metadata.pushed_authorization_request_endpoint ?? null,
      tokenEndpoint: metadata.token_endpoint,
      endSessionEndpoint: metadata.end_session_endpoint ?? null,
      introspectionEndpoint: metadata.introspection_endpoint ?? null,
      keys: createRemoteJWKSet(new URL(metadata.jwks_uri), { timeoutDuration: TIMEOUT_MILLIS }),
    };
  } catch (cause) {
    throw identityProviderUnavailable(cause);
  }
}

export function identityProviderUnavailable(cause: unknown): AppError {
  return new AppError(
    "unavailable",
    "The identity provider does not answer, so your roles can't be checked.",
    { remedy: "Nothing was changed. Try again in a moment.", retryAfterSeconds: 5 },
    { cause },
  );
}
