import { z } from "zod";
import { SecretValue } from "#server/platform/secret-value.ts";
import { keycloakCall, successBody } from "./keycloak-call.ts";

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive(),
});

/** A token is asked for anew when this much of its life is left. */
const MARGIN_MILLIS = 10_000;

/** The console's own service account in a realm, for `KeycloakAdminOptions.token`. */
export function serviceAccountToken(
  account: { tokenEndpoint: string; clientId: string; clientSecret: () => Promise<SecretValue> },
  now: () => number = Date.now,
): () => Promise<SecretValue> {
  let current: { token: SecretValue; freshUntil: number } | null = null;
  return async () => {
    if (current && now() < current.freshUntil) return current.token;
    const operation = "service account token";
    const answer = await keycloakCall(operation, account.tokenEndpoint, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: account.clientId,
        client_secret: (await account.clientSecret()).reveal(),
      }),
    });
    const { access_token, expires_in } = successBody(operation, answer, TokenAnswer);
    const freshUntil = now() + expires_in * 1000 - MARGIN_MILLIS;
    current = { token: SecretValue.of(access_token), freshUntil };
    return current.token;
  };
}
