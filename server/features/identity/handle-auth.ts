import "server-only";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { clientAddress } from "#server/platform/http/client-address.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { type AuthAttempt, authOptionsFor, ownUrl, providerIdOf } from "./auth-options.ts";
import { callNextAuth, type NextAuthAnswer } from "./call-next-auth.ts";
import { type RealmConfig, realmNamed } from "./config.ts";
import { identityConfig } from "./identity-config.ts";
import { SignInRefused } from "./open-session.ts";
import { ownForm } from "./own-form.ts";
import { sessionIdIn } from "./session-cookie.ts";
import { endSession, liveSession } from "./session-rows.ts";
import { recordFailedSignIn, recordSignedOut, type SignInFailure } from "./sign-in-audit.ts";

/** What `/sign-in` can be asked to explain. */
export type SignInError = SignInFailure | "organization" | "busy" | "unavailable";

/**
 * The sign-in endpoints below `/api/auth`: `POST signin` (the realm in the form) or `signin/kc-<realm>`
 * begins, `GET callback/kc-<realm>` ends. Every way out is a redirect.
 */
export async function handleAuth(request: Request, path: readonly string[]): Promise<Response> {
  const [action = "", provider = ""] = path;
  try {
    if (path.length > 2) return notHere();
    await countCall("address", clientAddress(request.headers, env().TRUSTED_PROXIES));
    if (request.method === "POST" && action === "signin") return await begin(request, provider);
    if (request.method === "GET" && action === "callback") return await finish(request, provider);
    return notHere();
  } catch (error) {
    if (error instanceof AppError && error.code === "rate_limited") return explain("busy");
    if (error instanceof AppError && error.code !== "unavailable") {
      return Response.json({ message: error.message }, { status: 403 });
    }
    logger.error({ err: error }, "sign-in could not be handled");
    return explain("unavailable");
  }
}

async function begin(request: Request, provider: string): Promise<Response> {
  const form = await ownForm(request);
  const realm = realmOfProvider(provider || `kc-${(form.realm ?? "").trim().toLowerCase()}`);
  if (!realm) return explain("organization");
  const attempt: AuthAttempt = { sessionId: null, failure: null };
  const answer = await callNextAuth(
    request,
    ["signin", providerIdOf(realm)],
    authOptionsFor(realm, attempt),
    { callbackUrl: ownUrl(form.callbackUrl ?? "/", env().CONSOLE_URL) },
  );
  if (attempt.failure || !answer.location) return refuse(realm, "provider", answer);
  return redirect(answer.location, answer);
}

async function finish(request: Request, provider: string): Promise<Response> {
  const realm = realmOfProvider(provider);
  if (!realm) return explain("organization");
  const previous = await sessionIdIn(request.headers);
  const attempt: AuthAttempt = { sessionId: null, failure: null };
  const answer = await callNextAuth(
    request,
    ["callback", providerIdOf(realm)],
    authOptionsFor(realm, attempt),
  );
  if (!attempt.sessionId || attempt.failure || !answer.location) {
    const { failure } = attempt;
    if (failure instanceof SignInRefused) {
      return refuse(realm, failure.failure, answer, failure.subject);
    }
    if (failure instanceof AppError) throw failure;
    return refuse(realm, "failed", answer);
  }
  if (previous) await replace(previous);
  return redirect(answer.location, answer);
}

/** Ends the session that this browser had, in the log of whoever it was. */
async function replace(sessionId: string): Promise<void> {
  const before = await liveSession(sessionId);
  const ended = await endSession(sessionId, "replaced");
  const realm = ended ? realmNamed(identityConfig(), ended.realm) : null;
  if (realm && before) await recordSignedOut(realm, before, "replaced");
}

function realmOfProvider(provider: string): RealmConfig | null {
  return provider.startsWith("kc-") ? realmNamed(identityConfig(), provider.slice(3)) : null;
}

async function refuse(
  realm: RealmConfig,
  failure: SignInFailure,
  answer: NextAuthAnswer,
  subject?: string,
): Promise<Response> {
  await recordFailedSignIn(realm, failure, subject);
  return explain(failure, realm, answer);
}

function explain(error: SignInError, realm?: RealmConfig, answer?: NextAuthAnswer): Response {
  const query = new URLSearchParams({ error, ...(realm ? { realm: realm.realm } : {}) });
  return redirect(`/sign-in?${query}`, answer);
}

/** 303: the browser goes on with a GET, whatever it sent. */
function redirect(location: string, answer?: NextAuthAnswer): Response {
  const headers = new Headers({ location, "cache-control": "no-store" });
  for (const cookie of answer?.setCookies ?? []) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}

function notHere(): Response {
  return Response.json({ message: "Not found." }, { status: 404 });
}
