import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Adapter, AdapterPayload } from "oidc-provider";
import { sameText } from "./users.ts";

/** A confidential client that was made through the admin API, with Keycloak's attributes of its secret. */
export interface RegisteredClient {
  id: string;
  clientId: string;
  enabled: boolean;
  secret: string;
  serviceAccountsEnabled: boolean;
  /** Roles of its service account in `realm-management`. */
  roles: string[];
  /** Roles of its service account in `runtime-api`. */
  apiRoles?: string[];
  /** Clients that audience mappers add to its tokens. */
  audiences?: string[];
  attributes: Record<string, string>;
}

/** How long a secret lives, and the one before it, by the realm's policy `secret-rotation`. */
interface RotationPolicy {
  expirationSeconds: number;
  rotatedSeconds: number;
}

interface Kept {
  clients: RegisteredClient[];
  profiles: unknown[];
  policies: unknown[];
}

const ROTATED = "client.secret.rotated";
const DPOP_BOUND = "dpop.bound.access.tokens";

/** A realm's clients besides those of its file: kept in a file, and what becomes of their secrets. */
export class ClientRegistry {
  readonly #file: string;
  readonly #kept: Kept;

  constructor(file: string) {
    this.#file = file;
    this.#kept = read(file);
  }

  list(): readonly RegisteredClient[] {
    return this.#kept.clients;
  }

  find(id: string): RegisteredClient | undefined {
    return this.#kept.clients.find((client) => client.id === id);
  }

  create(wanted: {
    clientId: string;
    secret?: string;
    serviceAccountsEnabled?: boolean;
    attributes?: Record<string, string>;
    audiences?: string[];
  }): boolean {
    if (this.#kept.clients.some(({ clientId }) => clientId === wanted.clientId)) return false;
    const policy = this.#policy();
    this.#kept.clients.push({
      id: randomUUID(),
      clientId: wanted.clientId,
      enabled: true,
      secret: wanted.secret ?? newSecret(),
      serviceAccountsEnabled: wanted.serviceAccountsEnabled ?? false,
      roles: [],
      audiences: wanted.audiences ?? [],
      attributes: { ...wanted.attributes, ...(policy ? expiring(policy) : {}) },
    });
    this.#save();
    return true;
  }

  change(
    client: RegisteredClient,
    change: Partial<Pick<RegisteredClient, "enabled" | "roles" | "apiRoles">>,
  ) {
    Object.assign(client, change);
    this.#save();
  }

  /** A new secret; by the policy the one before stays valid for a while, else it ends at once. */
  regenerate(client: RegisteredClient): string {
    const policy = this.#policy();
    const before = client.secret;
    const made = client.attributes["client.secret.creation.time"] ?? "0";
    client.secret = newSecret();
    client.attributes = {
      ...boundBy(client),
      "client.secret.creation.time": String(nowSeconds()),
      ...(policy ? expiring(policy) : {}),
      ...(policy
        ? {
            [ROTATED]: before,
            "client.secret.rotated.creation.time": made,
            "client.secret.rotated.expiration.time": String(nowSeconds() + policy.rotatedSeconds),
          }
        : {}),
    };
    this.#save();
    return client.secret;
  }

  /** False when there is none. */
  endRotated(client: RegisteredClient): boolean {
    if (!client.attributes[ROTATED]) return false;
    const left = Object.entries(client.attributes).filter(([name]) => !name.startsWith(ROTATED));
    client.attributes = Object.fromEntries(left);
    this.#save();
    return true;
  }

  accepts(clientId: string, secret: string): boolean | undefined {
    const client = this.#kept.clients.find((each) => each.clientId === clientId);
    if (!client) return undefined;
    const until = Number(client.attributes["client.secret.rotated.expiration.time"] ?? 0);
    const rotated = until > nowSeconds() ? (client.attributes[ROTATED] ?? "") : "";
    const isRotated = rotated !== "" && sameText(secret, rotated);
    return client.enabled && (sameText(secret, client.secret) || isRotated);
  }

  setting(name: "profiles" | "policies"): unknown[] {
    return this.#kept[name];
  }

  set(name: "profiles" | "policies", value: unknown[]): void {
    this.#kept[name] = value;
    this.#save();
  }

  /** What the library reads of a client. Nothing is registered through it. */
  adapter(): Adapter {
    const nothing = async () => undefined;
    return {
      find: async (clientId) => {
        const client = this.#kept.clients.find((each) => each.clientId === clientId);
        return client?.enabled ? metadata(client) : undefined;
      },
      findByUid: nothing,
      findByUserCode: nothing,
      upsert: nothing,
      consume: nothing,
      destroy: nothing,
      revokeByGrantId: nothing,
    };
  }

  #policy(): RotationPolicy | null {
    const active = (this.#kept.policies as PolicyRepresentation[]).filter(({ enabled }) => enabled);
    const names = active.flatMap(({ profiles }) => profiles ?? []);
    const executors = (this.#kept.profiles as ProfileRepresentation[])
      .filter(({ name }) => names.includes(name))
      .flatMap(({ executors }) => executors ?? []);
    const found = executors.find(({ executor }) => executor === "secret-rotation");
    if (!found) return null;
    const { configuration } = found;
    return {
      expirationSeconds: Number(configuration["expiration-period"] ?? 2_505_600),
      rotatedSeconds: Number(configuration["rotated-expiration-period"] ?? 172_800),
    };
  }

  #save(): void {
    const draft = `${this.#file}.new`;
    writeFileSync(draft, JSON.stringify(this.#kept), { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

interface PolicyRepresentation {
  enabled?: boolean;
  profiles?: string[];
}
interface ProfileRepresentation {
  name: string;
  executors?: { executor: string; configuration: Record<string, number | string> }[];
}

function metadata(client: RegisteredClient): AdapterPayload {
  const grants = client.serviceAccountsEnabled ? ["client_credentials"] : [];
  return {
    client_id: client.clientId,
    client_secret: client.secret,
    redirect_uris: [],
    response_types: [],
    dpop_bound_access_tokens: client.attributes[DPOP_BOUND] === "true",
    grant_types: ["refresh_token", ...grants],
  };
}

/** What a new secret leaves as it is. */
function boundBy({ attributes }: RegisteredClient): Record<string, string> {
  const bound = attributes[DPOP_BOUND];
  return bound === undefined ? {} : { [DPOP_BOUND]: bound };
}

function expiring(policy: RotationPolicy): Record<string, string> {
  return { "client.secret.expiration.time": String(nowSeconds() + policy.expirationSeconds) };
}

function newSecret(): string {
  return randomBytes(24).toString("base64url");
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function read(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return { clients: [], profiles: [], policies: [] };
    }
    throw new Error(`development identity provider: cannot read ${file}`, { cause: error });
  }
}
