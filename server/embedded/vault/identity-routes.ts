import { randomUUID } from "node:crypto";
import { authorize } from "./access.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, noHandler, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** What the identity store keeps of an entity or a group. */
export interface IdentityEntry {
  name: string;
  policies: string[];
  aliases: { id: string; name: string; mount_type: string; mount_accessor: string }[];
}

type Kind = "entity" | "group";
const BY_ID = /^identity\/(entity|group)\/id(?:\/([^/]*))?$/;

/** The part of the identity secrets engine that gives policies out: entities, their aliases, groups. */
export function identityRoutes(store: VaultStore, request: VaultRequest): VaultAnswer {
  const { method, path } = request;
  if (method === "POST" && path === "identity/entity-alias") return addAlias(store, request);
  const made = /^identity\/(entity|group)$/.exec(path)?.[1] as Kind | undefined;
  if (method === "POST" && made) return add(store, request, made);
  const [, kind, id] = (BY_ID.exec(path) ?? []) as [string?, Kind?, string?];
  if (!kind) throw noHandler(path);
  const entries = store.state.identities?.[kind] ?? {};
  if (method === "LIST" && !id) {
    authorize(store.state, request, "list");
    if (Object.keys(entries).length === 0) throw absent();
    return answer({ keys: Object.keys(entries).sort() });
  }
  const entry = id ? entries[id] : undefined;
  if (method === "GET") {
    authorize(store.state, request, "read");
    if (!entry) throw absent();
    return answer({ id, ...entry });
  }
  if (method === "DELETE" && id) {
    authorize(store.state, request, "delete");
    store.change(({ identities }) => {
      delete identities?.[kind]?.[id];
    });
    return done();
  }
  throw new VaultError(405, "unsupported operation");
}

function add(store: VaultStore, request: VaultRequest, kind: Kind): VaultAnswer {
  authorize(store.state, request, "update");
  const id = randomUUID();
  const { name = `${kind}_${id.slice(0, 8)}`, policies } = request.body;
  const given = Array.isArray(policies) ? policies.map(String) : [];
  store.change((state) => {
    state.identities ??= { entity: {}, group: {} };
    state.identities[kind][id] = { name: String(name), policies: given, aliases: [] };
  });
  return answer({ id, name, aliases: null });
}

function addAlias(store: VaultStore, request: VaultRequest): VaultAnswer {
  authorize(store.state, request, "update");
  const { name, canonical_id: canonicalId, mount_accessor: accessor } = request.body;
  const mount = Object.values(store.state.auth).find((each) => each.accessor === accessor);
  if (!mount) throw new VaultError(400, `invalid mount accessor "${accessor}"`);
  const id = randomUUID();
  store.change(({ identities }) => {
    const entity = identities?.entity[String(canonicalId)];
    if (!entity) throw new VaultError(400, "invalid canonical ID");
    entity.aliases.push({
      id,
      name: String(name),
      mount_type: mount.type,
      mount_accessor: mount.accessor,
    });
  });
  return answer({ id, canonical_id: canonicalId });
}
