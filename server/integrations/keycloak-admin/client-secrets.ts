import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { KeycloakAdminError } from "./keycloak-admin-error.ts";
import { keycloakCall, refusal, successBody } from "./keycloak-call.ts";

export interface KeycloakAdminOptions {
  /** e.g. `https://id.sovereign.example`; the realm's issuer is `<url>/realms/<realm>`. */
  url: string;
  realm: string;
  /** An access token of an account with `manage-clients`, asked for before each call. */
  token: () => Promise<SecretValue>;
}

/** What Keycloak says of a client's secrets, without any value. */
export interface ClientSecretState {
  /** Null when Keycloak never rotated it. */
  createdAt: Date | null;
  /** When the realm's policy wants the next rotation; null when the realm has none for this client. */
  expiresAt: Date | null;
  /** The one before, while it is still accepted. */
  rotated: { createdAt: Date | null; expiresAt: Date | null } | null;
}

export interface RotatedSecret {
  current: SecretValue;
  state: ClientSecretState;
}

const Clients = z.array(z.object({ id: z.string(), clientId: z.string() }));
const Credential = z.object({ type: z.literal("secret"), value: z.string().min(1) });
/** Of the attributes only these are read: among the others is the rotated secret itself. */
const Client = z.object({
  attributes: z
    .object({
      "client.secret.creation.time": z.string().optional(),
      "client.secret.expiration.time": z.string().optional(),
      "client.secret.rotated.creation.time": z.string().optional(),
      "client.secret.rotated.expiration.time": z.string().optional(),
    })
    .default({}),
});

/**
 * Secrets of one realm's clients through Keycloak's admin REST API. The grace comes from the realm's
 * client policy `secret-rotation` (feature `client-secret-rotation`); without it there is none.
 */
export class KeycloakClientSecrets {
  readonly #options: KeycloakAdminOptions;

  constructor(options: KeycloakAdminOptions) {
    this.#options = options;
  }

  /** Null when the realm has no such client. */
  async state(clientId: string): Promise<ClientSecretState | null> {
    const id = await this.#find(clientId);
    return id === null ? null : this.#stateOf(id);
  }

  /** The secret that is current now; null when the realm has no such client. */
  async current(clientId: string): Promise<SecretValue | null> {
    const id = await this.#find(clientId);
    return id === null ? null : this.#currentOf(id);
  }

  /**
   * Makes a new secret in place of `old`, which Keycloak goes on accepting for the realm's grace.
   * When the current one isn't `old` any more, that rotation was done: nothing is done again.
   * Throws `no_grace` where the old one would die at once, unless that is what is wanted.
   */
  async rotateFrom(
    clientId: string,
    old: SecretValue,
    options: { withoutGrace?: boolean } = {},
  ): Promise<RotatedSecret> {
    const operation = "client secret rotate";
    const id = await this.#find(clientId);
    if (id === null) throw new KeycloakAdminError("not_found", operation, 404);
    const before = await this.#currentOf(id);
    if (!isSame(before, old)) return { current: before, state: await this.#stateOf(id) };
    const hasPolicy = (await this.#stateOf(id)).expiresAt !== null;
    if (!hasPolicy && !options.withoutGrace) throw new KeycloakAdminError("no_grace", operation);
    const answer = await this.#call(operation, "POST", `clients/${id}/client-secret`);
    const made = SecretValue.of(successBody(operation, answer, Credential).value);
    const current = await this.#currentOf(id);
    const isTrue = isSame(current, made) && !isSame(current, old);
    if (!isTrue) throw new KeycloakAdminError("outcome_unknown", operation);
    return { current, state: await this.#stateOf(id) };
  }

  /** Ends the grace now. Ending it twice, or where there is none, is no error. */
  async invalidateRotated(clientId: string): Promise<void> {
    const operation = "rotated secret invalidate";
    const id = await this.#find(clientId);
    if (id === null) throw new KeycloakAdminError("not_found", operation, 404);
    const { status } = await this.#call(operation, "DELETE", `clients/${id}/client-secret/rotated`);
    if (status !== 204 && status !== 404) throw refusal(operation, status);
    if ((await this.#stateOf(id)).rotated) {
      throw new KeycloakAdminError("outcome_unknown", operation);
    }
  }

  async #find(clientId: string): Promise<string | null> {
    const query = new URLSearchParams({ clientId });
    const answer = await this.#call("client find", "GET", `clients?${query}`);
    const clients = successBody("client find", answer, Clients);
    return clients.find((each) => each.clientId === clientId)?.id ?? null;
  }

  async #currentOf(id: string): Promise<SecretValue> {
    const operation = "client secret read";
    const answer = await this.#call(operation, "GET", `clients/${id}/client-secret`);
    return SecretValue.of(successBody(operation, answer, Credential).value);
  }

  async #stateOf(id: string): Promise<ClientSecretState> {
    const answer = await this.#call("client read", "GET", `clients/${id}`);
    const { attributes } = successBody("client read", answer, Client);
    const rotatedUntil = timeOf(attributes["client.secret.rotated.expiration.time"]);
    const isAccepted = rotatedUntil !== null && rotatedUntil.getTime() > Date.now();
    const rotatedAt = timeOf(attributes["client.secret.rotated.creation.time"]);
    return {
      createdAt: timeOf(attributes["client.secret.creation.time"]),
      expiresAt: timeOf(attributes["client.secret.expiration.time"]),
      rotated: isAccepted ? { createdAt: rotatedAt, expiresAt: rotatedUntil } : null,
    };
  }

  async #call(operation: string, method: string, path: string) {
    const { url, realm, token } = this.#options;
    const base = `${url.replace(/\/+$/, "")}/admin/realms/${encodeURIComponent(realm)}`;
    const headers = { authorization: `Bearer ${(await token()).reveal()}` };
    return keycloakCall(operation, `${base}/${path}`, { method, headers });
  }
}

/** Keycloak keeps seconds since 1970 as text. */
function timeOf(seconds: string | undefined): Date | null {
  return seconds && /^\d+$/.test(seconds) && seconds !== "0"
    ? new Date(Number(seconds) * 1000)
    : null;
}

function isSame(one: SecretValue, other: SecretValue): boolean {
  const digest = (value: SecretValue) => createHash("sha256").update(value.reveal()).digest();
  return timingSafeEqual(digest(one), digest(other));
}
