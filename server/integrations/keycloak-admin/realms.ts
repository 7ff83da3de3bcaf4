import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { keycloakCall, refusal, successBody } from "./keycloak-call.ts";

export interface RealmsOptions {
  /** e.g. `https://id.sovereign.example`; a realm's issuer is `<url>/realms/<realm>`. */
  url: string;
  /** An access token of an account that may create realms, asked for before each call. */
  token: () => Promise<SecretValue>;
}

export interface RealmState {
  isEnabled: boolean;
  attributes: Readonly<Record<string, string>>;
}

/** Keycloak makes a realm's keys, clients and roles within the call, on a busy machine for many seconds. */
const CREATE_MILLIS = 60_000;

const Realm = z.object({
  enabled: z.boolean().nullish(),
  attributes: z.record(z.string(), z.string()).nullish(),
});
const Users = z.array(z.object({ id: z.string(), username: z.string() }));
const Clients = z.array(z.object({ id: z.string(), clientId: z.string() }));
const Role = z.object({ id: z.string(), name: z.string() });

/** Realms made, disabled, and given their first user, through Keycloak's admin REST API. */
export class KeycloakRealms {
  readonly #options: RealmsOptions;

  constructor(options: RealmsOptions) {
    this.#options = options;
  }

  issuerOf(realm: string): string {
    return `${this.#base()}/realms/${encodeURIComponent(realm)}`;
  }

  /** Null: there is no such realm. */
  async read(realm: string): Promise<RealmState | null> {
    const answer = await this.#call("realm read", "GET", realmPath(realm));
    if (answer.status === 404) return null;
    const body = successBody("realm read", answer, Realm);
    return { isEnabled: body.enabled ?? true, attributes: body.attributes ?? {} };
  }

  /** Makes a realm of its whole representation. `exists`: somebody made one of that name before. */
  async create(representation: object): Promise<"made" | "exists"> {
    const { status } = await this.#call("realm create", "POST", "", representation, CREATE_MILLIS);
    if (status === 409) return "exists";
    if (status < 200 || status > 299) throw refusal("realm create", status);
    return "made";
  }

  /** Nobody signs in to a disabled realm, and none of its tokens is refreshed. */
  async setEnabled(realm: string, enabled: boolean): Promise<void> {
    const { status } = await this.#call("realm change", "PUT", realmPath(realm), {
      realm,
      enabled,
    });
    if (status < 200 || status > 299) throw refusal("realm change", status);
  }

  /** Gives the user's id, made now or before. */
  async ensureUser(realm: string, user: { username: string; email: string }): Promise<string> {
    const path = `${realmPath(realm)}/users`;
    const { status } = await this.#call("user create", "POST", path, {
      ...user,
      enabled: true,
      emailVerified: false,
      requiredActions: ["UPDATE_PASSWORD", "CONFIGURE_TOTP"],
    });
    if (status !== 409 && (status < 200 || status > 299)) throw refusal("user create", status);
    const query = new URLSearchParams({ username: user.username, exact: "true" });
    const found = successBody(
      "user find",
      await this.#call("user find", "GET", `${path}?${query}`),
      Users,
    );
    const own = found.find(({ username }) => username === user.username);
    if (!own) throw refusal("user find", 404);
    return own.id;
  }

  /** Gives a user a role of a client; giving it twice is no error. */
  async giveClientRole(
    realm: string,
    userId: string,
    clientId: string,
    role: string,
  ): Promise<void> {
    const query = new URLSearchParams({ clientId });
    const clients = await this.#call("client find", "GET", `${realmPath(realm)}/clients?${query}`);
    const client = successBody("client find", clients, Clients).find(
      (each) => each.clientId === clientId,
    );
    if (!client) throw refusal("client find", 404);
    const rolePath = `${realmPath(realm)}/clients/${client.id}/roles/${encodeURIComponent(role)}`;
    const found = successBody("role read", await this.#call("role read", "GET", rolePath), Role);
    const path = `${realmPath(realm)}/users/${userId}/role-mappings/clients/${client.id}`;
    const { status } = await this.#call("role mapping", "POST", path, [found]);
    if (status < 200 || status > 299) throw refusal("role mapping", status);
  }

  /** Sends the invitation; false: the realm has no way to send mail. */
  async invite(realm: string, userId: string): Promise<boolean> {
    const { status } = await this.#call(
      "invitation",
      "PUT",
      `${realmPath(realm)}/users/${userId}/execute-actions-email`,
      ["UPDATE_PASSWORD", "CONFIGURE_TOTP"],
    );
    if (status === 500) return false;
    if (status < 200 || status > 299) throw refusal("invitation", status);
    return true;
  }

  #base(): string {
    return this.#options.url.replace(/\/+$/, "");
  }

  async #call(
    operation: string,
    method: string,
    path: string,
    body?: unknown,
    timeoutMillis?: number,
  ) {
    const url = `${this.#base()}/admin/realms${path ? `/${path}` : ""}`;
    const headers = {
      authorization: `Bearer ${(await this.#options.token()).reveal()}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    return keycloakCall(operation, url, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(timeoutMillis === undefined ? {} : { timeoutMillis }),
    });
  }
}

function realmPath(realm: string): string {
  return encodeURIComponent(realm);
}
