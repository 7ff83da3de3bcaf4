import "server-only";
import { z } from "zod";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { basicAuthorization } from "./basic-authorization.ts";
import { identityProviderUnavailable, issuerAt } from "./issuer.ts";

const Answer = z.looseObject({ active: z.boolean() });
const TIMEOUT_MILLIS = 5_000;

/**
 * What the issuer says of an access token now (RFC 7662): its claims, null when it is not active.
 * Keycloak (26.6.2 and later) says "not active" too when the asking client is not in the token's
 * audience. Throws `unavailable` for anything that leaves the question open.
 */
export async function introspect(asked: {
  issuer: string;
  clientId: string;
  clientSecret: SecretValue;
  token: string;
}): Promise<Record<string, unknown> | null> {
  const { introspectionEndpoint } = await issuerAt(asked.issuer);
  try {
    if (!introspectionEndpoint) throw new Error("the issuer names no introspection endpoint");
    const response = await fetch(introspectionEndpoint, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      headers: {
        authorization: basicAuthorization(asked),
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ token: asked.token, token_type_hint: "access_token" }),
    });
    if (!response.ok) throw new Error(`introspection answered ${response.status}`);
    const answer = Answer.safeParse(await response.json());
    if (!answer.success) throw new Error("introspection answered in an unknown shape");
    return answer.data.active ? answer.data : null;
  } catch (cause) {
    throw identityProviderUnavailable(cause);
  }
}
