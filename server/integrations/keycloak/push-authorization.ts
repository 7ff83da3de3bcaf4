import "server-only";
import { z } from "zod";
import { basicAuthorization, type ConfidentialClient } from "./basic-authorization.ts";
import { identityProviderUnavailable, issuerAt } from "./issuer.ts";

const Pushed = z.object({ request_uri: z.string().min(1), expires_in: z.number().positive() });
const TIMEOUT_MILLIS = 5_000;

/**
 * Pushes an authorization request to the issuer (RFC 9126) and gives the address to send the browser
 * to: it names the request and nothing of it, so that nobody changes it on the way.
 * Throws `unavailable` when the issuer has no such endpoint, refuses or does not answer.
 */
export async function pushAuthorization(
  client: ConfidentialClient,
  parameters: Record<string, string>,
): Promise<URL> {
  const { pushEndpoint, authorizationEndpoint } = await issuerAt(client.issuer);
  try {
    if (!pushEndpoint) throw new Error("the issuer takes no pushed authorization requests");
    const response = await fetch(pushEndpoint, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      headers: {
        authorization: basicAuthorization(client),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ client_id: client.clientId, ...parameters }),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`pushed authorization request was answered ${response.status}`);
    }
    const { request_uri } = Pushed.parse(await response.json());
    const url = new URL(authorizationEndpoint);
    url.searchParams.set("client_id", client.clientId);
    url.searchParams.set("request_uri", request_uri);
    return url;
  } catch (cause) {
    throw identityProviderUnavailable(cause);
  }
}
