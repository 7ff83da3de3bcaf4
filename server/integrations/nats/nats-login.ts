import { type ConnectionOptions, credsAuthenticator } from "@nats-io/transport-node";
import type { SecretValue } from "#server/platform/secret-value.ts";

/** A token, a password beside its name, or a whole credentials file (JWT and NKey seed). */
export function natsLogin(
  username: string,
  secret: SecretValue | null,
): Partial<ConnectionOptions> {
  if (!secret) return username ? { user: username } : {};
  const value = secret.reveal();
  if (username) return { user: username, pass: value };
  if (!value.includes("BEGIN NATS USER JWT")) return { token: value };
  // The client finds no seed in a file whose last line does not end.
  return { authenticator: credsAuthenticator(new TextEncoder().encode(`${value}\n`)) };
}
