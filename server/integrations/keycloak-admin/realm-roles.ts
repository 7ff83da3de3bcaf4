import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { KeycloakAdminError } from "./keycloak-admin-error.ts";
import { keycloakCall, refusal, successBody } from "./keycloak-call.ts";

export interface RealmRolesOptions {
  /** e.g. `https://id.sovereign.example`; the realm's issuer is `<url>/realms/<realm>`. */
  url: string;
  realm: string;
  /** An access token of an account with `manage-users`, asked for before each call. */
  token: () => Promise<SecretValue>;
}

const Role = z.object({ id: z.string(), name: z.string() });
const Roles = z.array(Role);

/** Roles of a realm, given to a user and taken away, through Keycloak's admin REST API. */
export class KeycloakRealmRoles {
  readonly #options: RealmRolesOptions;

  constructor(options: RealmRolesOptions) {
    this.#options = options;
  }

  /** Whether the user has the role by a mapping of their own. A user who is gone has none. */
  async has(subject: string, role: string): Promise<boolean> {
    const answer = await this.#call("user roles read", "GET", mappingsOf(subject));
    if (answer.status === 404) return false;
    return successBody("user roles read", answer, Roles).some(({ name }) => name === role);
  }

  /** Gives the role; giving it twice is no error. Throws `not_found` without such a role or user. */
  async add(subject: string, role: string): Promise<void> {
    const operation = "user role add";
    const found = await this.#role(role);
    if (!found) throw new KeycloakAdminError("not_found", operation, 404);
    const { status } = await this.#call(operation, "POST", mappingsOf(subject), [found]);
    if (status < 200 || status > 299) throw refusal(operation, status);
  }

  /** Takes the role away; what isn't there is as good as taken away. */
  async remove(subject: string, role: string): Promise<void> {
    const operation = "user role remove";
    const found = await this.#role(role);
    if (!found) return;
    const { status } = await this.#call(operation, "DELETE", mappingsOf(subject), [found]);
    if (status !== 404 && (status < 200 || status > 299)) throw refusal(operation, status);
  }

  async #role(name: string): Promise<z.infer<typeof Role> | null> {
    const answer = await this.#call("role read", "GET", `roles/${encodeURIComponent(name)}`);
    return answer.status === 404 ? null : successBody("role read", answer, Role);
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

function mappingsOf(subject: string): string {
  return `users/${encodeURIComponent(subject)}/role-mappings/realm`;
}
