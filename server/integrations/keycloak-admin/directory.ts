import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { KeycloakAdminError } from "./keycloak-admin-error.ts";
import { keycloakCall, refusal, successBody } from "./keycloak-call.ts";

export interface DirectoryOptions {
  /** e.g. `https://id.sovereign.example`; the realm's issuer is `<url>/realms/<realm>`. */
  url: string;
  realm: string;
  /** The client that owns the roles, e.g. `runtime-api`. */
  roleClient: string;
  /** An access token of an account with `view-users` and `view-clients`. */
  token: () => Promise<SecretValue>;
}

/** Somebody of the realm and the roles in force for them, those by groups and composites included. */
export interface DirectoryEntry {
  subject: string;
  username: string;
  kind: "user" | "service";
  isEnabled: boolean;
  attributes: Readonly<Record<string, readonly string[]>>;
  roles: readonly string[];
}

const PAGE = 100;
const AT_ONCE = 4;
const ATTEMPTS = 3;

const Clients = z.array(
  z.object({
    id: z.string(),
    clientId: z.string(),
    serviceAccountsEnabled: z.boolean().nullish(),
  }),
);
const User = z.object({
  id: z.string(),
  username: z.string(),
  enabled: z.boolean().nullish(),
  attributes: z.record(z.string(), z.array(z.string())).nullish(),
});
type User = z.infer<typeof User>;
const Roles = z.array(z.object({ id: z.string(), name: z.string() }));

/** Who has which role in one realm, through Keycloak's admin REST API. */
export class KeycloakDirectory {
  readonly #options: DirectoryOptions;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Everybody of the realm, people and service accounts. All of it, or it throws KeycloakAdminError. */
  async read(): Promise<DirectoryEntry[]> {
    const clients = await this.#clients();
    const owner = this.#ownerAmong(clients);
    const users: [User, DirectoryEntry["kind"]][] = (await this.#users()).map((user) => [
      user,
      "user",
    ]);
    for (const { id, serviceAccountsEnabled } of clients) {
      if (!serviceAccountsEnabled) continue;
      const answer = await this.#call(
        "service account read",
        "GET",
        `clients/${encodeURIComponent(id)}/service-account-user`,
      );
      users.push([successBody("service account read", answer, User), "service"]);
    }
    return inTurns(users, async ([user, kind]) => ({
      subject: user.id,
      username: user.username,
      kind,
      isEnabled: user.enabled ?? true,
      attributes: user.attributes ?? {},
      roles: (await this.#roles(user.id, owner, "/composite")).map(({ name }) => name).sort(),
    }));
  }

  /**
   * Takes a role away. `not-direct`: it comes by a group or a composite, and only a person can say
   * which. `absent`: there is no such user, or they have not got it. Asking twice is no error.
   */
  async removeRole(subject: string, role: string): Promise<"removed" | "not-direct" | "absent"> {
    const operation = "role removal";
    const owner = this.#ownerAmong(await this.#clients());
    const path = `users/${encodeURIComponent(subject)}/role-mappings/clients/${encodeURIComponent(owner)}`;
    try {
      const direct = await this.#roles(subject, owner, "");
      const found = direct.find(({ name }) => name === role);
      if (!found) {
        const inForce = await this.#roles(subject, owner, "/composite");
        return inForce.some(({ name }) => name === role) ? "not-direct" : "absent";
      }
      const { status } = await this.#call(operation, "DELETE", path, [found]);
      if (status < 200 || status > 299) throw refusal(operation, status);
      return "removed";
    } catch (error) {
      if (error instanceof KeycloakAdminError && error.failure === "not_found") return "absent";
      throw error;
    }
  }

  #ownerAmong(clients: z.infer<typeof Clients>): string {
    const found = clients.find(({ clientId }) => clientId === this.#options.roleClient);
    if (!found) throw new KeycloakAdminError("not_found", "role client find", 404);
    return found.id;
  }

  async #clients() {
    return successBody("clients read", await this.#call("clients read", "GET", "clients"), Clients);
  }

  /**
   * Page by page, each overlapping the one before by one user: a realm that changes in between would
   * leave somebody out, so that it is read again, and in the end not believed.
   */
  async #users(): Promise<User[]> {
    const operation = "users read";
    attempts: for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const users: User[] = [];
      for (;;) {
        const first = Math.max(users.length - 1, 0);
        const query = new URLSearchParams({
          first: String(first),
          max: String(PAGE),
          briefRepresentation: "false",
        });
        const answer = await this.#call(operation, "GET", `users?${query}`);
        const page = successBody(operation, answer, z.array(User));
        const before = users.at(-1);
        if (before && page[0]?.id !== before.id) continue attempts;
        users.push(...(before ? page.slice(1) : page));
        if (page.length < PAGE) return users;
      }
    }
    throw new KeycloakAdminError("outcome_unknown", operation);
  }

  async #roles(subject: string, owner: string, how: "" | "/composite") {
    const path = `users/${encodeURIComponent(subject)}/role-mappings/clients/${encodeURIComponent(owner)}${how}`;
    return successBody("roles read", await this.#call("roles read", "GET", path), Roles);
  }

  async #call(operation: string, method: string, path: string, body?: unknown) {
    const { url, realm, token } = this.#options;
    const base = `${url.replace(/\/+$/, "")}/admin/realms/${encodeURIComponent(realm)}`;
    const headers = {
      authorization: `Bearer ${(await token()).reveal()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    return keycloakCall(operation, `${base}/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** A few at once, in the order given. */
async function inTurns<In, Out>(items: readonly In[], act: (item: In) => Promise<Out>) {
  const results: Out[] = new Array(items.length);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await act(item);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
