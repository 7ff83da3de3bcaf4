import type { JWK } from "jose";
import type Provider from "oidc-provider";
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
  const provider = realmProvider({ ...parts, users, store });
  return {
    ...parts,
    users,
    store,
    provider,
    handle: provider.callback(),
    client: (clientId) => realm.clients.find((each) => each.clientId === clientId),
  };
}
