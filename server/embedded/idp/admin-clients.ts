import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, jwtVerify } from "jose";
import { z } from "zod";
import { ROLES } from "../../platform/authz/scopes.ts";
import type { RegisteredClient } from "./client-registry.ts";
import { HttpError, readJson, sendJson } from "./http.ts";
import type { RealmService } from "./realm-service.ts";
import { SERVICE_ACCOUNT, serviceAccountId } from "./service-account.ts";

const MANAGEMENT = { id: "realm-management", clientId: "realm-management" };
const MANAGE_CLIENTS = { id: "manage-clients", name: "manage-clients" };
const API = { id: "runtime-api", clientId: "runtime-api" };

const NewClient = z.object({
  clientId: z.string().min(1),
  secret: z.string().min(1).optional(),
  publicClient: z.literal(false).optional(),
  serviceAccountsEnabled: z.boolean().optional(),
  attributes: z.record(z.string(), z.string()).optional(),
  protocolMappers: z
    .array(
      z.object({
        protocolMapper: z.literal("oidc-audience-mapper"),
        config: z.object({ "included.client.audience": z.string() }),
      }),
    )
    .optional(),
});
const ClientChange = z.object({ enabled: z.boolean().optional() });
const RoleNames = z.array(z.object({ name: z.literal("manage-clients") }));
const ApiRoles = z.array(z.object({ name: z.enum(ROLES) }));
const Profiles = z.object({ profiles: z.array(z.unknown()) });
const Policies = z.object({ policies: z.array(z.unknown()) });

/**
 * Keycloak's admin API of clients and their secrets, as far as rotating one needs it. Null for a path
 * that isn't among it. The caller has shown that it may manage clients.
 */
export async function adminClients(
  service: RealmService,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<true | null> {
  const { registry } = service;
  const [kind = "", id = "", action = "", more = "", last = ""] = path.split("/").filter(Boolean);
  const { method } = request;
  const json = (body: unknown, status = 200) => {
    sendJson(response, status, body);
    return true as const;
  };
  const none = (status = 204) => {
    response.writeHead(status);
    response.end();
    return true as const;
  };

  if (kind === "client-policies" && (id === "profiles" || id === "policies")) {
    if (method === "GET") return json({ [id]: registry.setting(id) });
    if (method !== "PUT") return null;
    if (id === "profiles") registry.set(id, (await readJson(request, Profiles)).profiles);
    else registry.set(id, (await readJson(request, Policies)).policies);
    return none();
  }
  if (kind === "users" && id.startsWith(SERVICE_ACCOUNT) && action === "role-mappings") {
    const client = clientOf(service, id.slice(SERVICE_ACCOUNT.length));
    if (last === API.id) {
      const named = (await readJson(request, ApiRoles)).map(({ name }) => name);
      const kept = (client.apiRoles ?? []).filter((role) => !named.some((name) => name === role));
      registry.change(client, { apiRoles: method === "DELETE" ? kept : [...kept, ...named] });
      return none();
    }
    const roles = (await readJson(request, RoleNames)).map(({ name }) => name);
    registry.change(client, { roles });
    return none();
  }
  if (kind !== "clients") return null;
  if (!id && method === "GET") {
    const wanted = new URL(request.url ?? "/", service.issuer).searchParams.get("clientId");
    const found = [...registry.list().map(represented), MANAGEMENT, API];
    return json(found.filter(({ clientId }) => !wanted || clientId === wanted));
  }
  if (!id && method === "POST") {
    const { protocolMappers = [], ...wanted } = await readJson(request, NewClient);
    const audiences = protocolMappers.map(({ config }) => config["included.client.audience"]);
    const isNew = registry.create({ ...wanted, audiences });
    return isNew ? none(201) : json({ errorMessage: "Client already exists" }, 409);
  }
  if (id === MANAGEMENT.id) {
    if (action === "roles" && more === MANAGE_CLIENTS.name) return json(MANAGE_CLIENTS);
    return null;
  }
  if (id === API.id) {
    const role = ROLES.find((name) => name === more);
    return action === "roles" && role ? json({ id: role, name: role }) : null;
  }
  const client = clientOf(service, id);
  switch (`${method} ${action}${more ? `/${more}` : ""}`) {
    case "GET ":
      return json(represented(client));
    case "PUT ":
      registry.change(client, withoutUndefined(await readJson(request, ClientChange)));
      return none();
    case "GET service-account-user":
      return json({ id: serviceAccountId(client) });
    case "GET client-secret":
      return json({ type: "secret", value: client.secret });
    case "POST client-secret":
      return json({ type: "secret", value: registry.regenerate(client) });
    case "DELETE client-secret/rotated":
      return registry.endRotated(client) ? none() : json({ error: "no rotated secret" }, 404);
    default:
      return null;
  }
}

/** Whether a token of this realm belongs to a service account that may manage its clients. */
export async function mayManageClients(service: RealmService, token: string): Promise<boolean> {
  const { kty, n, e, kid, alg, use } = service.key;
  const keys = createLocalJWKSet({ keys: [{ kty, n, e, kid, alg, use }] });
  const verified = await jwtVerify(token, keys, { issuer: service.issuer }).catch(() => null);
  const clientId = verified?.payload.client_id;
  const client = service.registry.list().find((each) => each.clientId === clientId);
  return Boolean(client?.enabled && client.roles.includes(MANAGE_CLIENTS.name));
}

function clientOf(service: RealmService, id: string): RegisteredClient {
  const client = service.registry.find(decodeURIComponent(id));
  if (!client) throw new HttpError(404, "Could not find client");
  return client;
}

function represented({
  id,
  clientId,
  enabled,
  serviceAccountsEnabled,
  attributes,
}: RegisteredClient) {
  return { id, clientId, enabled, serviceAccountsEnabled, publicClient: false, attributes };
}

function withoutUndefined({ enabled }: z.infer<typeof ClientChange>) {
  return enabled === undefined ? {} : { enabled };
}
