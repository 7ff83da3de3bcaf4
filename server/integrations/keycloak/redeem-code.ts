import "server-only";
import { z } from "zod";
import { basicAuthorization, type ConfidentialClient } from "./basic-authorization.ts";
import { identityProviderUnavailable, issuerAt } from "./issuer.ts";

const Answer = z.object({ id_token: z.string().min(1) });
const TIMEOUT_MILLIS = 5_000;

/**
 * Redeems an authorization code and gives the ID token, unverified; every other token of the answer is
 * dropped here. `refused` when the issuer says no; throws `unavailable` when it can't be asked.
 */
export async function redeemCode(
  client: ConfidentialClient & { code: string; codeVerifier: string; redirectUri: string },
): Promise<string | "refused"> {
  const { tokenEndpoint } = await issuerAt(client.issuer);
  let response: Response;
  try {
    response = await fetch(tokenEndpoint, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      headers: {
        authorization: basicAuthorization(client),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: client.code,
        code_verifier: client.codeVerifier,
        redirect_uri: client.redirectUri,
      }),
    });
  } catch (cause) {
    throw identityProviderUnavailable(cause);
  }
  if (response.status >= 500) {
    await response.body?.cancel();
    throw identityProviderUnavailable(new Error(`token endpoint answered ${response.status}`));
  }
  // A fault of reading would carry parts of the answer, which holds tokens (law 6).
  const answer = Answer.safeParse(response.ok ? await response.json().catch(() => null) : null);
  await response.body?.cancel().catch(() => undefined);
  return answer.success ? answer.data.id_token : "refused";
}
