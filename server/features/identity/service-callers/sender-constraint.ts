import "server-only";
import { env } from "#server/platform/env/env.ts";
import { clientCertificateThumbprint } from "#server/platform/http/client-certificate.ts";
import type { AccessToken } from "./access-token.ts";
import { verifiedProof } from "./dpop-proof.ts";
import { takeProof } from "./proof-use.ts";
import { TokenRefusal } from "./token-refusal.ts";

export type Scheme = "DPoP" | "Bearer";

/**
 * Whether the sender is the one that the token was issued to: by a key (RFC 9449), by a client
 * certificate (RFC 8705), or both when the token names both. A token bound to nothing is taken only
 * where API_SENDER_CONSTRAINT says so. Throws TokenRefusal.
 */
export async function proveSender(
  request: Request,
  scheme: Scheme,
  token: AccessToken,
  now: Date,
): Promise<{ nextNonce: string | null }> {
  const { jkt, "x5t#S256": certificate } = token.claims.cnf ?? {};
  const isBound = jkt !== undefined || certificate !== undefined;
  if (!isBound && scheme === "Bearer" && env().API_SENDER_CONSTRAINT === "required") {
    throw new TokenRefusal("constraint_missing");
  }
  if ((jkt !== undefined) !== (scheme === "DPoP")) throw new TokenRefusal("scheme_wrong");
  if (certificate !== undefined) proveCertificate(request.headers, certificate);
  if (jkt === undefined) return { nextNonce: null };
  const text = request.headers.get("dpop");
  if (text === null) throw new TokenRefusal("proof_missing");
  const { pathname } = new URL(request.url);
  const proof = await verifiedProof(text, {
    method: request.method,
    // Proxies change host and scheme of what arrives here; callers know the console by its own URL.
    url: new URL(env().CONSOLE_URL).origin + pathname,
    accessToken: token.text,
  });
  if (proof.keyThumbprint !== jkt) throw new TokenRefusal("proof_key_mismatch");
  return takeProof(proof, now);
}

function proveCertificate(headers: Headers, wanted: string): void {
  const thumbprint = clientCertificateThumbprint(headers);
  if (thumbprint === null) throw new TokenRefusal("certificate_missing");
  if (thumbprint !== wanted) throw new TokenRefusal("certificate_mismatch");
}
