import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";
import { z } from "zod";
import { ROLES, type Role } from "../../platform/authz/scopes.ts";
import { HttpError, readJson, sendJson } from "./http.ts";
import type { RealmUser } from "./realm.ts";
import type { RealmService } from "./realm-service.ts";

const API_CLIENT = "runtime-api";
const SERVICE_ACCOUNT = "service-account-";
const MOST_A_PAGE = 100;

const RoleNames = z.array(z.object({ name: z.string() }));

/**
 * Keycloak's admin API of who has which role, as far as reading it and taking a role away need it:
 * users page by page, clients, role mappings. Null for a path that isn't among it.
 */
export async function adminDirectory(
  service: RealmService,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  held: readonly string[],
): Promise<true | null> {
  const [kind = "", id = "", action = "", what = "", client = "", how = "", ...rest] = path
    .split("/")
    .filter(Boolean)
    .map(decodeURIComponent);
  const url = new URL(request.url ?? "/", service.issuer);
  const json = (body: unknown) => {
    sendJson(response, 200, body);
    return true as const;
  };
  const demand = (role: string) => {
    if (!held.includes(role) && !held.includes("manage-users")) {
      throw new HttpError(403, "HTTP 403 Forbidden");
    }
  };
  if (rest.length > 0) return null;
  if (kind === "clients" && !id && request.method === "GET") {
    demand("view-clients");
    return json(clientsOf(service, url.searchParams.get("clientId")));
  }
  if (kind === "clients" && action === "service-account-user" && !what) {
    demand("view-clients");
    const found = clientsOf(service, null).find((each) => each.id === id);
    if (!found?.serviceAccountsEnabled) throw new HttpError(404, "Could not find client");
    return json({
      id: `${SERVICE_ACCOUNT}${id}`,
      username: `${SERVICE_ACCOUNT}${found.clientId}`,
      enabled: true,
    });
  }
  if (kind !== "users") return null;
  if (!id && request.method === "GET") {
    demand("view-users");
    const first = Number(url.searchParams.get("first") ?? 0);
    const max = Number(url.searchParams.get("max") ?? MOST_A_PAGE);
    const wanted = url.searchParams.get("username");
    const users = service.users
      .list()
      .filter(({ username }) => !wanted || username === wanted)
      .sort((a, b) => (a.username < b.username ? -1 : 1));
    return json(users.slice(first, first + max).map(represented));
  }
  if (action !== "role-mappings" || what !== "clients" || client !== API_CLIENT) return null;
  const user = service.users.find(id);
  const roles: Role[] = user?.clientRoles[API_CLIENT] ?? [];
  if (request.method === "GET" && (how === "" || how === "composite")) {
    demand("view-users");
    if (!user && !id.startsWith(SERVICE_ACCOUNT)) throw new HttpError(404, "User not found");
    return json(roles.map((name) => ({ id: name, name, composite: false, clientRole: true })));
  }
  if (request.method === "DELETE" && how === "") {
    demand("manage-users");
    if (!user) throw new HttpError(404, "User not found");
    const gone = (await readJson(request, RoleNames)).map(({ name }) => name);
    const unknown = gone.find((name) => !ROLES.includes(name as Role));
    if (unknown) throw new HttpError(404, "Role not found");
    service.users.change(user, { roles: roles.filter((role) => !gone.includes(role)) });
    response.writeHead(204).end();
    return true;
  }
  return null;
}

/** What the account behind a token may do in its realm; nothing for a token that isn't the realm's. */
export async function rolesOfAccount(service: RealmService, token: string): Promise<string[]> {
  const { kty, n, e, kid, alg, use } = service.key;
  const keys = createLocalJWKSet({ keys: [{ kty, n, e, kid, alg, use }] });
  const verified = await jwtVerify(token, keys, { issuer: service.issuer }).catch(() => null);
  const clientId = verified?.payload.client_id;
  const account = service.realm.serviceAccounts.find(
    (each) => each.serviceAccountClientId === clientId,
  );
  return account?.clientRoles["realm-management"] ?? [];
}

function clientsOf({ realm, registry }: RealmService, wanted: string | null) {
  const own = realm.clients.map(({ clientId, serviceAccountsEnabled }) => ({
    id: clientId,
    clientId,
    serviceAccountsEnabled,
  }));
  const made = registry.list().map(({ id, clientId, serviceAccountsEnabled }) => ({
    id,
    clientId,
    serviceAccountsEnabled,
  }));
  return [...own, ...made].filter(({ clientId }) => !wanted || clientId === wanted);
}

function represented({ id, username, enabled, attributes }: RealmUser) {
  return { id, username, enabled, attributes };
}
