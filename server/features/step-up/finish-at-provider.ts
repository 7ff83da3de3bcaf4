import "server-only";
import { z } from "zod";
import { identityConfig, type RealmConfig, realmNamed } from "#server/features/identity/index.ts";
import { redeemCode } from "#server/integrations/keycloak/redeem-code.ts";
import { verifyJwt } from "#server/integrations/keycloak/verify-jwt.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { appErrorIn } from "#server/platform/errors/map.ts";
import { runVerb } from "#server/platform/verb.ts";
import { type Attempt, findAttempt, whyOver } from "./attempt-rows.ts";
import { idsInState, isStateOf, nonceOf, verifierOf } from "./attempt-values.ts";
import { redirectUriOf } from "./begin-at-provider.ts";
import { clientOfRealm } from "./client-of-realm.ts";
import { judgeIdToken } from "./judge-id-token.ts";
import type { OIDC_REFUSALS, ProofOutcome } from "./schema.ts";
import { type StepUpCall, stepUpCall } from "./step-up-call.ts";
import { recordStepUp } from "./verbs/record-step-up.ts";
import { refuseStepUp } from "./verbs/refuse-step-up.ts";

type OidcRefusal = (typeof OIDC_REFUSALS)[number];

const IdToken = z.object({
  sub: z.string(),
  nonce: z.unknown(),
  acr: z.unknown(),
  auth_time: z.unknown(),
  amr: z.array(z.string().max(100)).max(20).catch([]),
});

/**
 * `GET /api/auth/step-up/kc-<realm>`: the way back from the identity provider. Every way out is a
 * redirect to where the attempt began, with `step-up=proved` or why not; a state that is not this
 * browser session's own leads to the page of own keys and stands in the caller's log.
 */
export async function finishAtProvider(request: Request, provider: string): Promise<Response> {
  const call = await stepUpCall(request);
  const query = new URL(request.url).searchParams;
  const realm = provider.startsWith("kc-")
    ? realmNamed(identityConfig(), provider.slice("kc-".length))
    : null;
  const found = realm ? await ownAttempt(call, query.get("state") ?? "") : null;
  if (!realm || !found || realm.issuer !== found.attempt.issuer) {
    await call.deny({ act: "stepUp.finish", cause: "state" });
    return backTo(astray(call), "state");
  }
  const { caller, attempt } = found;
  const over = whyOver(attempt, caller);
  if (over) {
    await call.deny({ act: "stepUp.finish", cause: over, detail: { attempt: attempt.attemptId } });
    return backTo(over === "other-session" ? astray(call) : attempt.returnTo, over);
  }
  try {
    const outcome = await conclude(realm, caller, attempt, query);
    return backTo(attempt.returnTo, outcome.outcome === "proved" ? "proved" : outcome.why);
  } catch (error) {
    if (appErrorIn(error)?.code !== "unavailable") throw error;
    return backTo(attempt.returnTo, "unavailable");
  }
}

/** The attempt of a state that is genuine; null for any other, whatever is wrong with it. */
async function ownAttempt(
  call: StepUpCall,
  state: string,
): Promise<{ caller: Caller; attempt: Attempt } | null> {
  const ids = idsInState(state);
  if (!ids || !call.session.tenants.includes(ids.tenant)) return null;
  const caller = call.caller(ids.tenant);
  const attempt = await withTenant(
    caller.tenant,
    "tenant",
    (tx) => findAttempt(tx, caller.tenant, ids.attemptId),
    { readOnly: true },
  );
  const { issuer, subject } = call.session;
  if (attempt?.kind !== "oidc" || attempt.issuer !== issuer || attempt.subject !== subject) {
    return null;
  }
  return isStateOf(state, caller.tenant, attempt) ? { caller, attempt } : null;
}

async function conclude(
  realm: RealmConfig,
  caller: Caller,
  attempt: Attempt,
  query: URLSearchParams,
): Promise<ProofOutcome> {
  const { attemptId } = attempt;
  const refuse = (why: OidcRefusal) => runVerb(refuseStepUp, caller, { attemptId, why });
  // RFC 9207: an answer that names another issuer was mixed up.
  const named = query.get("iss");
  if (named !== null && named !== realm.issuer) return refuse("provider");
  const code = query.get("code");
  if (!code) return refuse(query.get("error") === "access_denied" ? "cancelled" : "provider");
  const idToken = await redeemCode({
    ...clientOfRealm(realm),
    code,
    codeVerifier: verifierOf(caller.tenant, attempt),
    redirectUri: redirectUriOf(realm),
  });
  if (idToken === "refused") return refuse("provider");
  const claims = await verifiedClaims(realm, idToken);
  if (!claims) return refuse("token");
  const why = judgeIdToken(
    {
      issuer: realm.issuer,
      subject: claims.sub,
      nonce: claims.nonce,
      acr: claims.acr,
      authTime: claims.auth_time,
    },
    {
      issuer: attempt.issuer,
      subject: attempt.subject,
      nonce: nonceOf(caller.tenant, attempt),
      acceptedAcr: realm.stepUpAcr,
      askedAt: attempt.beganAt,
    },
  );
  if (why) return refuse(why as OidcRefusal);
  return runVerb(recordStepUp, caller, {
    attemptId,
    issuer: realm.issuer,
    subject: claims.sub,
    acr: String(claims.acr),
    amr: claims.amr,
    authTimeSeconds: Number(claims.auth_time),
  });
}

/** Signature, issuer, audience and times hold; null when they don't. `unavailable` is thrown on. */
async function verifiedClaims(realm: RealmConfig, idToken: string) {
  try {
    const { claims } = await verifyJwt(idToken, realm.issuer, realm.clientId);
    // With more than one audience the token must say that it was issued to us (§3.1.3.7, 4 and 5).
    if (Array.isArray(claims.aud) && claims.aud.length > 1 && claims.azp !== realm.clientId) {
      return null;
    }
    return IdToken.safeParse(claims).data ?? null;
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") return null;
    throw error;
  }
}

/** Where somebody lands who began nothing here: the page that can say what happened. */
function astray({ session }: StepUpCall): string {
  const [tenant] = session.tenants;
  return tenant ? `/t/${tenant}/security-keys` : "/";
}

function backTo(path: string, result: string): Response {
  const [before = "/", query = ""] = path.split("#")[0]?.split("?") ?? [];
  const parameters = new URLSearchParams(query);
  parameters.set("step-up", result);
  return new Response(null, {
    status: 303,
    headers: { location: `${before}?${parameters}`, "cache-control": "no-store" },
  });
}
