import type { Role } from "#server/platform/authz/scopes.ts";

interface Named {
  readonly id: string;
}

export interface KeycloakSession {
  readonly id: string;
  readonly username: string;
}

const TOKEN_USE_MILLIS = 30_000;

/** What tests ask of Keycloak's admin REST API. Every call throws unless Keycloak says it did it. */
export class KeycloakAdmin {
  readonly #url: string;
  readonly #username: string;
  readonly #password: string;
  #current: { token: string; useUntil: number } | null = null;

  constructor(url: string, username: string, password: string) {
    this.#url = url;
    this.#username = username;
    this.#password = password;
  }

  /** Any call below `/admin/realms/`; throws unless Keycloak did it. */
  request(method: string, path: string, body?: unknown): Promise<Response> {
    return this.#call(method, path, body);
  }

  async userId(realm: string, username: string): Promise<string> {
    const query = new URLSearchParams({ username, exact: "true" });
    const [user] = await this.#json<Named[]>("GET", `${realm}/users?${query}`);
    if (!user) throw new Error(`realm ${realm} has no user ${username}`);
    return user.id;
  }

  /** Names of the user's roles of the `runtime-api` client. */
  async roles(realm: string, username: string): Promise<string[]> {
    const path = await this.#roleMappings(realm, username);
    return (await this.#json<{ name: string }[]>("GET", path)).map((role) => role.name);
  }

  async grantRole(realm: string, username: string, role: Role): Promise<void> {
    await this.#changeRole("POST", realm, username, role);
  }

  async removeRole(realm: string, username: string, role: Role): Promise<void> {
    await this.#changeRole("DELETE", realm, username, role);
  }

  async setUser(realm: string, username: string, change: object): Promise<void> {
    const path = `${realm}/users/${await this.userId(realm, username)}`;
    const user = await this.#json<object>("GET", path);
    await this.#call("PUT", path, { ...user, ...change });
  }

  async setRealm(realm: string, change: object): Promise<void> {
    await this.#call("PUT", realm, change);
  }

  async sessions(realm: string, username: string): Promise<KeycloakSession[]> {
    return this.#json("GET", `${realm}/users/${await this.userId(realm, username)}/sessions`);
  }

  /** Ends one session; Keycloak tells its clients by back-channel logout. */
  async endSession(realm: string, sessionId: string): Promise<void> {
    await this.#call("DELETE", `${realm}/sessions/${sessionId}`);
  }

  /** Ends all of a user's sessions; Keycloak tells their clients by back-channel logout. */
  async logoutUser(realm: string, username: string): Promise<void> {
    await this.#call("POST", `${realm}/users/${await this.userId(realm, username)}/logout`);
  }

  async #changeRole(method: "POST" | "DELETE", realm: string, username: string, role: Role) {
    const client = await this.#apiClientId(realm);
    const wanted = await this.#json("GET", `${realm}/clients/${client}/roles/${role}`);
    await this.#call(method, await this.#roleMappings(realm, username), [wanted]);
  }

  async #roleMappings(realm: string, username: string): Promise<string> {
    const [user, client] = await Promise.all([
      this.userId(realm, username),
      this.#apiClientId(realm),
    ]);
    return `${realm}/users/${user}/role-mappings/clients/${client}`;
  }

  async #apiClientId(realm: string): Promise<string> {
    const [client] = await this.#json<Named[]>("GET", `${realm}/clients?clientId=runtime-api`);
    if (!client) throw new Error(`realm ${realm} has no client runtime-api`);
    return client.id;
  }

  async #json<T>(method: string, path: string): Promise<T> {
    return (await this.#call(method, path)).json() as Promise<T>;
  }

  async #call(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url}/admin/realms/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.#token()}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`Keycloak: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  }

  /** An admin's token lives for a minute, less than a test may take; it is used for half of that. */
  async #token(): Promise<string> {
    if (this.#current && performance.now() < this.#current.useUntil) return this.#current.token;
    const useUntil = performance.now() + TOKEN_USE_MILLIS;
    const response = await fetch(`${this.#url}/realms/master/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "password",
        client_id: "admin-cli",
        username: this.#username,
        password: this.#password,
      }),
    });
    if (!response.ok) throw new Error(`Keycloak: admin sign-in: ${await response.text()}`);
    const { access_token: token } = (await response.json()) as { access_token: string };
    this.#current = { token, useUntil };
    return token;
  }
}
