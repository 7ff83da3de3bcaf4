import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { HttpError, readJson, sendJson } from "./http.ts";
import type { RealmService } from "./realm-service.ts";

const RoleNames = z.array(z.object({ name: z.string() }));

/**
 * Keycloak's admin API of the realm's own roles, as far as giving them to users takes it:
 * `roles/<name>` and `users/<id>/role-mappings/realm`. Null for a path that isn't among it.
 */
export async function adminRealmRoles(
  { realm, users }: RealmService,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  held: readonly string[],
): Promise<true | null> {
  const [kind = "", id = "", action = "", what = "", ...rest] = path
    .split("/")
    .filter(Boolean)
    .map(decodeURIComponent);
  const isRole = kind === "roles" && id !== "" && action === "";
  const isMapping = kind === "users" && action === "role-mappings" && what === "realm";
  if (rest.length > 0 || !(isRole || isMapping)) return null;
  const { method = "" } = request;
  const needed = method === "GET" ? ["view-users", "view-realm"] : [];
  if (![...needed, "manage-users"].some((role) => held.includes(role))) {
    throw new HttpError(403, "HTTP 403 Forbidden");
  }
  const represented = (name: string) => ({ id: name, name, composite: false, clientRole: false });
  const known = realm.roles.realm.map(({ name }) => name);
  if (isRole) {
    if (method !== "GET" || !known.includes(id)) throw new HttpError(404, "Could not find role");
    sendJson(response, 200, represented(id));
    return true;
  }
  const user = users.find(id);
  if (!user) throw new HttpError(404, "User not found");
  const before = user.realmRoles;
  if (method === "GET") {
    sendJson(response, 200, before.map(represented));
    return true;
  }
  const named = (await readJson(request, RoleNames)).map(({ name }) => name);
  if (named.some((name) => !known.includes(name))) throw new HttpError(404, "Role not found");
  if (method !== "POST" && method !== "DELETE") throw new HttpError(405, "Method not allowed");
  const realmRoles =
    method === "POST"
      ? [...new Set([...before, ...named])].sort()
      : before.filter((name) => !named.includes(name));
  users.change(user, { realmRoles });
  response.writeHead(204).end();
  return true;
}
