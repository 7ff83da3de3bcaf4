import "server-only";
import { z } from "zod";
import { basicAuthorization, type ConfidentialClient } from "./basic-authorization.ts";
import { identityProviderUnavailable, issuerAt } from "./issuer.ts";

const TokenAnswer = z.object({
  access_token: z.string(),
  refresh_token: z.string().optional(),
  id_token: z.string().optional(),
  expires_in: z.number().positive(),
});
const ErrorAnswer = z.object({ error: z.string() });

export interface RefreshedTokens {
  readonly accessToken: string;
  /** Absent when the issuer does not rotate. */
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly expiresInSeconds: number;
}

const TIMEOUT_MILLIS = 5_000;

/**
 * Redeems a refresh token (RFC 6749 §6). Gives `refused` when the issuer says that the grant is over;
 * throws `unavailable` for anything that leaves the question open.
 */
export async function refreshGrant(
  client: ConfidentialClient & { refreshToken: string },
): Promise<RefreshedTokens | "refused"> {
  const { tokenEndpoint } = await issuerAt(client.issuer);
  try {
    const response = await fetch(tokenEndpoint, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      headers: {
        authorization: basicAuthorization(client),
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: client.refreshToken,
      }),
    });
    const body: unknown = await response.json();
    if (response.status === 400 && ErrorAnswer.safeParse(body).data?.error === "invalid_grant") {
      return "refused";
    }
    if (!response.ok) throw new Error(`token endpoint answered ${response.status}`);
    const answer = TokenAnswer.parse(body);
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      idToken: answer.id_token,
      expiresInSeconds: answer.expires_in,
    };
  } catch (cause) {
    throw identityProviderUnavailable(withoutDetail(cause));
  }
}

/** Errors of reading would carry parts of the answer, which holds tokens (law 6). */
function withoutDetail(cause: unknown): unknown {
  return cause instanceof z.ZodError || cause instanceof SyntaxError
    ? new Error("token endpoint answered in an unknown shape")
    : cause;
}
