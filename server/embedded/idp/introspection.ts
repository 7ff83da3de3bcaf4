import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import { claimsOf } from "./claims.ts";
import { HttpError, readForm, sendJson } from "./http.ts";
import type { RealmService } from "./realm-service.ts";
import { serviceAccountClaims } from "./service-account.ts";
import { sameText } from "./users.ts";

/**
 * Says what an access token grants now (RFC 7662), as Keycloak does for its JWTs: roles as they are at
 * this moment, not as they were, and not active when the account or client is disabled, or when the
 * client that asks is not in the token's audience (Keycloak 26.6.2 and later).
 */
export async function introspection(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== "POST") throw new HttpError(405, "use POST");
  const form = await readForm(request);
  const asking = authenticated(service, request);
  if (!asking) {
    response.setHeader("www-authenticate", "Basic");
    return sendJson(response, 401, { error: "invalid_client" });
  }
  const { kty, n, e, kid, alg, use } = service.key;
  const keys = createLocalJWKSet({ keys: [{ kty, n, e, kid, alg, use }] });
  const token = await jwtVerify(form.get("token") ?? "", keys, {
    issuer: service.issuer,
    audience: asking,
  }).catch(() => null);
  const now = token && claimsNow(service, token.payload);
  if (!now) return sendJson(response, 200, { active: false });
  const cnf = token.payload.cnf as { jkt?: string } | undefined;
  sendJson(response, 200, {
    ...token.payload,
    ...now,
    client_id: token.payload.azp ?? token.payload.client_id,
    username: now.preferred_username,
    token_type: cnf?.jkt ? "DPoP" : "Bearer",
    active: true,
  });
}

/** Null when whom the token was issued to, or for, is there no more. */
function claimsNow(service: RealmService, { sub = "", client_id, typ }: JWTPayload) {
  const client = service.registry.list().find(({ clientId }) => clientId === client_id);
  if (client && !client.enabled) return null;
  const user = service.users.find(sub);
  if (user) return user.enabled ? claimsOf(user) : null;
  return client
    ? { resource_access: undefined, ...serviceAccountClaims(client, typ === "DPoP") }
    : null;
}

/** The client that asks, by HTTP Basic (RFC 6749 §2.3.1). */
function authenticated(service: RealmService, request: IncomingMessage): string | null {
  const [, encoded = ""] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  const pair = Buffer.from(encoded, "base64").toString().split(":");
  const [clientId = "", secret = ""] = pair.map((part) =>
    decodeURIComponent(part.replaceAll("+", " ")),
  );
  const own = service.client(clientId)?.secret;
  const fits = service.registry.accepts(clientId, secret) ?? (own && sameText(secret, own));
  return fits ? clientId : null;
}
