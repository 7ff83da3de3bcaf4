import type { IncomingMessage, ServerResponse } from "node:http";
import { admin } from "./admin.ts";
import { HttpError, sendJson } from "./http.ts";
import { introspection } from "./introspection.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import type { MadeRealms } from "./made-realms.ts";
import { pageHeaders } from "./pages.ts";
import { AUTHORITY } from "./provider.ts";
import type { RealmService } from "./realm-service.ts";
import { userinfo } from "./userinfo.ts";
import { sameText } from "./users.ts";

/** Sends a request to the realm that its path names. */
export function dispatcher(
  services: ReadonlyMap<string, RealmService>,
  adminToken: string,
  made: MadeRealms,
) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    route(services, adminToken, made, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      const known = error instanceof HttpError;
      if (!known)
        process.stderr.write(`dev-idp: ${error instanceof Error ? error.stack : error}\n`);
      sendJson(response, known ? error.status : 500, {
        error: known ? error.message : "internal error",
      });
    });
  };
}

async function route(
  services: ReadonlyMap<string, RealmService>,
  adminToken: string,
  made: MadeRealms,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://idp");
  if (pathname === "/health") return sendJson(response, 200, { status: "up" });
  const whole = /^\/admin\/realms(\/.*)?$/.exec(pathname);
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  if (whole && sameText(token, adminToken)) {
    if (await made.answer(whole[1] ?? "", request, response)) return;
  }
  const match = /^\/(admin\/)?realms\/([^/]+)(\/.*)?$/.exec(pathname);
  const service = services.get(match?.[2] ?? "");
  if (!match || !service) throw new HttpError(404, "Realm does not exist");
  const rest = match[3] ?? "/";
  if (!match[1] && made.isDisabled(service.realm.realm))
    throw new HttpError(403, "Realm not enabled");
  if (match[1]) return admin(service, rest, request, response, adminToken);

  switch (rest) {
    case "/login-actions/authenticate":
      return login(service, request, response);
    case `${AUTHORITY}/logout`:
      return logout(service, request, response);
    case `${AUTHORITY}/token/introspect`:
      return introspection(service, request, response);
    case `${AUTHORITY}/userinfo`:
      return userinfo(service, request, response);
    default:
      return hand(service, request, response);
  }
}

/** The library learns its mount path from the difference between `originalUrl` and `url`. */
async function hand(
  service: RealmService,
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(pageHeaders(service.consoleOrigin))) {
    if (name !== "content-type") response.setHeader(name, value);
  }
  request.originalUrl = request.url ?? "/";
  request.url = request.originalUrl.slice(`/realms/${service.realm.realm}`.length) || "/";
  await service.handle(request, response);
}
