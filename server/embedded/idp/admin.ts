import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { ROLES } from "../../platform/authz/scopes.ts";
import { adminClients, mayManageClients } from "./admin-clients.ts";
import { adminDirectory, rolesOfAccount } from "./admin-directory.ts";
import { adminRealmRoles } from "./admin-realm-roles.ts";
import { HttpError, readJson, sendJson } from "./http.ts";
import type { RealmUser } from "./realm.ts";
import type { RealmService } from "./realm-service.ts";
import { endSession, sessionsOf, sessionWithSid } from "./sessions.ts";
import { sameText } from "./users.ts";

const Roles = z.object({ roles: z.array(z.enum(ROLES)) });
const UserChange = z.object({
  enabled: z.boolean().optional(),
  attributes: z.object({ tenants: z.array(z.string()).optional() }).optional(),
});

/**
 * What tests need of Keycloak's admin API, under its paths below `/admin/realms/<realm>`:
 * list and change users, end sessions. `PUT users/<user>/roles` is ours; the rest are Keycloak's.
 */
export async function admin(
  service: RealmService,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  adminToken: string,
): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const isAdmin = sameText(token, adminToken);
  if (isAdmin || (await mayManageClients(service, token))) {
    if (await adminClients(service, path, request, response)) return;
  }
  const held = isAdmin ? [] : await rolesOfAccount(service, token);
  const may = isAdmin ? ["manage-users"] : held;
  if (may.length > 0 && (await adminRealmRoles(service, path, request, response, may))) return;
  if (held.length > 0 && (await adminDirectory(service, path, request, response, held))) return;
  if (!isAdmin) throw new HttpError(held.length > 0 ? 403 : 401, "admin token required");
  const [kind = "", id = "", action = "", ...rest] = path.split("/").filter(Boolean);
  if (rest.length > 0) throw new HttpError(404, "no such admin endpoint");

  switch (`${request.method} ${kind}${id ? "/*" : ""}${action ? `/${action}` : ""}`) {
    case "GET users": {
      const wanted = new URL(request.url ?? "/", service.issuer).searchParams.get("username");
      const users = service.users.list().filter((user) => !wanted || user.username === wanted);
      return sendJson(response, 200, users.map(publicUser));
    }
    case "GET users/*":
      return sendJson(response, 200, publicUser(userOf(service, id)));
    case "PUT users/*": {
      const change = await readJson(request, UserChange);
      const { enabled } = change;
      const tenants = change.attributes?.tenants;
      service.users.change(userOf(service, id), {
        ...(enabled === undefined ? {} : { enabled }),
        ...(tenants ? { tenants } : {}),
      });
      return noContent(response);
    }
    case "PUT users/*/roles":
      service.users.change(userOf(service, id), await readJson(request, Roles));
      return noContent(response);
    case "POST users/*/logout":
      for (const session of sessionsOf(service, userOf(service, id).id)) {
        await endSession(service, session);
      }
      return noContent(response);
    case "DELETE sessions/*": {
      const session = sessionWithSid(service, id);
      if (!session) throw new HttpError(404, "no such session");
      await endSession(service, session);
      return noContent(response);
    }
    default:
      throw new HttpError(404, "no such admin endpoint");
  }
}

function userOf(service: RealmService, idOrName: string): RealmUser {
  const user = service.users.find(decodeURIComponent(idOrName));
  if (!user) throw new HttpError(404, "no such user");
  return user;
}

function publicUser({ credentials: _secret, ...user }: RealmUser) {
  return user;
}

function noContent(response: ServerResponse): void {
  response.writeHead(204);
  response.end();
}
