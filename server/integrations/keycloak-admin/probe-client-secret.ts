import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { keycloakCall } from "./keycloak-call.ts";

export type ClientSecretProbe = "accepted" | "refused" | "unknown";

export interface ProbedClient {
  tokenEndpoint: string;
  clientId: string;
}

const ErrorAnswer = z.object({ error: z.string() });
/** Never a refresh token of anybody: what is tried is the client's own secret. */
const NO_TOKEN = "not-a-refresh-token";

/**
 * Tries a secret at the token endpoint without getting a token: a made-up refresh token is refused as
 * `invalid_grant` only after the client itself was accepted. Works for clients without a service account.
 */
export async function probeClientSecret(
  client: ProbedClient,
  secret: SecretValue,
): Promise<ClientSecretProbe> {
  const answer = await keycloakCall("client secret probe", client.tokenEndpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: NO_TOKEN,
      client_id: client.clientId,
      client_secret: secret.reveal(),
    }),
  });
  const error = ErrorAnswer.safeParse(answer.body).data?.error;
  if (answer.status === 400 && error === "invalid_grant") return "accepted";
  const isRefusal = error === "unauthorized_client" || error === "invalid_client";
  return answer.status === 401 && isRefusal ? "refused" : "unknown";
}

/**
 * Whether the old secret is dead. A refusal alone proves nothing, for a disabled or a missing client
 * is refused in the same words: only with the current secret accepted before and after it is a proof.
 */
export async function proveClientSecretDead(
  client: ProbedClient,
  secrets: { old: SecretValue; current: SecretValue },
): Promise<"dead" | "alive" | "unknown"> {
  if ((await probeClientSecret(client, secrets.current)) !== "accepted") return "unknown";
  const old = await probeClientSecret(client, secrets.old);
  if (old === "accepted") return "alive";
  if (old === "unknown") return "unknown";
  return (await probeClientSecret(client, secrets.current)) === "accepted" ? "dead" : "unknown";
}
