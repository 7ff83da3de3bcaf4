import type { JWK } from "jose";
import type Provider from "oidc-provider";
import { ClientRegistry } from "./client-registry.ts";
import { realmProvider } from "./provider.ts";
import type { Realm, RealmClient } from "./realm.ts";
import { RealmStore } from "./store.ts";
import { RealmUsers } from "./users.ts";

/** A running realm: its users, what it remembers, and its OpenID provider. */
export interface RealmService {
  realm: Realm;
  issuer: string;
  consoleOrigin: string;
  users: RealmUsers;
  store: RealmStore;
  /** Clients that were made through the admin API. */
  registry: ClientRegistry;
  key: JWK;
  cookieSecret: string;
  provider: Provider;
  handle: ReturnType<Provider["callback"]>;
  client(clientId: string): RealmClient | undefined;
}

export interface ServiceParts {
  realm: Realm;
  issuer: string;
  consoleOrigin: string;
  key: JWK;
  cookieSecret: string;
  /** Path of a file without its ending; what is remembered goes beside it. */
  files: string;
}

export function realmService(parts: ServiceParts): RealmService {
  const { realm } = parts;
  const users = new RealmUsers(realm.users, `${parts.files}.users.json`);
  const store = new RealmStore(`${parts.files}.state.json`);
  const registry = new ClientRegistry(`${parts.files}.clients.json`);
  const provider = realmProvider({ ...parts, users, store, registry });
  return {
    ...parts,
    users,
    store,
    registry,
    provider,
    handle: provider.callback(),
    client: (clientId) => realm.clients.find((each) => each.clientId === clientId),
  };
}
