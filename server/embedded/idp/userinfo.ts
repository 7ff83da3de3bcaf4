import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";
import { claimsOf } from "./claims.ts";
import { sendJson } from "./http.ts";
import type { RealmService } from "./realm-service.ts";

/** Keycloak answers userinfo for its JWT access tokens; the library only for opaque ones. */
export async function userinfo(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const { kty, n, e, kid, alg, use } = service.key;
  const keys = createLocalJWKSet({ keys: [{ kty, n, e, kid, alg, use }] });
  const verified = await jwtVerify(token ?? "", keys, {
    issuer: service.issuer,
    audience: "runtime-api",
  }).catch(() => null);
  const user = verified?.payload.sub ? service.users.find(verified.payload.sub) : undefined;
  // A token that is bound to a key is not the sender's by being sent.
  if (!user?.enabled || verified?.payload.cnf) {
    response.setHeader("www-authenticate", 'Bearer error="invalid_token"');
    sendJson(response, 401, { error: "invalid_token" });
    return;
  }
  const { resource_access: _tokensOnly, ...claims } = claimsOf(user);
  sendJson(response, 200, { sub: user.id, ...claims });
}
