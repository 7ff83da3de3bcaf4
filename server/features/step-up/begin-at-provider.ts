import "server-only";
import {
  identityConfig,
  ownForm,
  type RealmConfig,
  realmOfIssuer,
} from "#server/features/identity/index.ts";
import { pushAuthorization } from "#server/integrations/keycloak/push-authorization.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { codeChallengeOf, nonceOf, stateOf, verifierOf } from "./attempt-values.ts";
import { clientOfRealm } from "./client-of-realm.ts";
import { stepUpCall } from "./step-up-call.ts";
import { beginStepUp } from "./verbs/begin-step-up.ts";

export function redirectUriOf(realm: RealmConfig): string {
  return new URL(`/api/auth/step-up/kc-${realm.realm}`, env().CONSOLE_URL).href;
}

/**
 * `POST /api/auth/step-up`, a form of our own pages (tenant, act, digest, returnTo): notes the attempt,
 * pushes the request to the session's own issuer (RFC 9126) and sends the browser there.
 */
export async function beginAtProvider(request: Request): Promise<Response> {
  const form = await ownForm(request);
  const call = await stepUpCall(request);
  const caller = call.caller(form.tenant ?? null);
  const realm = realmOfIssuer(identityConfig(), call.session.issuer);
  if (!realm) throw new AppError("unauthenticated", "Your identity provider is not listed here.");
  const { act = "", digest = "", returnTo = "/" } = form;
  const begun = await runVerb(beginStepUp, caller, { act, digest, returnTo });
  const { sessionId } = call.session;
  const seed = Buffer.from(begun.seed, "hex");
  const attempt = { attemptId: begun.attemptId, sessionId, act, digest, seed };
  const where = await pushAuthorization(clientOfRealm(realm), {
    response_type: "code",
    redirect_uri: redirectUriOf(realm),
    scope: "openid",
    state: stateOf(caller.tenant, attempt),
    nonce: nonceOf(caller.tenant, attempt),
    code_challenge: codeChallengeOf(verifierOf(caller.tenant, attempt)),
    code_challenge_method: "S256",
    prompt: "login",
    max_age: "0",
    // `acr_values` would be a wish; an essential claim is a demand (OpenID Connect Core §5.5.1.1).
    claims: JSON.stringify({
      id_token: {
        acr: { essential: true, values: realm.stepUpAcr },
        auth_time: { essential: true },
      },
    }),
  });
  return new Response(null, {
    status: 303,
    headers: { location: where.href, "cache-control": "no-store" },
  });
}
