import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import type { AdapterPayload } from "oidc-provider";
import { HttpError, readForm } from "./http.ts";
import { logoutPage, messagePage, pageHeaders } from "./pages.ts";
import { AUTHORITY } from "./provider.ts";
import type { RealmService } from "./realm-service.ts";
import { endSession, sessionWithSid } from "./sessions.ts";
import { sameText } from "./users.ts";

/**
 * RP-initiated logout as Keycloak answers it: with a valid `id_token_hint` the session ends at once,
 * without one the person is asked.
 */
export async function logout(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", service.issuer);
  const parameters = request.method === "POST" ? await readForm(request) : url.searchParams;
  const hint = await verifiedHint(service, parameters.get("id_token_hint"));
  const redirect = allowedRedirect(service, parameters, hint);
  const session = hint?.sid
    ? sessionWithSid(service, String(hint.sid))
    : await cookieSession(service, request, response);

  if (hint || !session || isConfirmed(service, session, parameters)) {
    if (session) await endSession(service, session);
    clearCookie(service, response);
    finish(service, response, redirect);
    return;
  }
  const action = `/realms/${service.realm.realm}${AUTHORITY}/logout${url.search}`;
  response.writeHead(200, pageHeaders(service.consoleOrigin));
  response.end(logoutPage(service.realm.displayName, action, confirmationOf(service, session)));
}

/** An expired ID token still names its session; one we did not sign is refused. */
async function verifiedHint(
  service: RealmService,
  hint: string | null,
): Promise<JWTPayload | null> {
  if (!hint) return null;
  const { kty, n, e, kid, alg, use } = service.key;
  const keys = createLocalJWKSet({ keys: [{ kty, n, e, kid, alg, use }] });
  try {
    const { payload } = await jwtVerify(hint, keys, {
      issuer: service.issuer,
      currentDate: new Date(0),
    });
    return payload;
  } catch {
    throw new HttpError(400, "invalid id_token_hint");
  }
}

function allowedRedirect(
  service: RealmService,
  parameters: URLSearchParams,
  hint: JWTPayload | null,
): string | null {
  const wanted = parameters.get("post_logout_redirect_uri");
  if (!wanted) return null;
  const client = service.client(String(hint?.aud ?? parameters.get("client_id") ?? ""));
  const allowed = client?.attributes["post.logout.redirect.uris"]?.split("##") ?? [];
  if (!allowed.includes(wanted)) throw new HttpError(400, "invalid redirect uri");
  const target = new URL(wanted);
  const state = parameters.get("state");
  if (state) target.searchParams.set("state", state);
  return target.href;
}

async function cookieSession(
  service: RealmService,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<AdapterPayload | undefined> {
  const context = service.provider.createContext(request, response);
  const session = await service.provider.Session.get(context);
  if (!session.accountId) return undefined;
  return service.store.all("Session").find((each) => each.jti === session.jti);
}

/** Binds the answer to the session it was asked for. */
function confirmationOf(service: RealmService, session: AdapterPayload): string {
  return createHmac("sha256", service.cookieSecret).update(`logout ${session.uid}`).digest("hex");
}

function isConfirmed(
  service: RealmService,
  session: AdapterPayload,
  form: URLSearchParams,
): boolean {
  return sameText(form.get("confirmation") ?? "", confirmationOf(service, session));
}

function clearCookie(service: RealmService, response: ServerResponse): void {
  const gone = `; Path=/realms/${service.realm.realm}/; Max-Age=0; HttpOnly; SameSite=Lax`;
  const name = `IDP_SESSION_${service.realm.realm}`;
  response.setHeader("set-cookie", [`${name}=${gone}`, `${name}.sig=${gone}`]);
}

function finish(service: RealmService, response: ServerResponse, redirect: string | null): void {
  if (redirect) {
    response.writeHead(302, { location: redirect, "cache-control": "no-store" });
    response.end();
    return;
  }
  response.writeHead(200, pageHeaders(service.consoleOrigin));
  response.end(messagePage(service.realm.displayName, "You are signed out."));
}
