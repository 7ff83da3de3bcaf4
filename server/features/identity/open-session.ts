import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { verifyJwt } from "#server/integrations/keycloak/verify-jwt.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { RealmConfig } from "./config.ts";
import { openTenants } from "./open-tenants.ts";
import { insertSession } from "./session-rows.ts";
import { recordSignedIn, type SignInFailure } from "./sign-in-audit.ts";
import { verifiedGrants } from "./verified-grants.ts";

/** What the token endpoint must have answered. */
const Tokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  id_token: z.string().min(1),
});

const IdClaims = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1).nullable().default(null),
  acr: z.string().nullable().default(null),
  auth_time: z.number().optional(),
  iat: z.number(),
});

/** A sign-in that the console turns away, with what may be said about it. */
export class SignInRefused extends Error {
  readonly failure: SignInFailure;
  readonly subject: string | undefined;

  constructor(failure: SignInFailure, subject?: string, options?: ErrorOptions) {
    super(`sign-in refused: ${failure}`, options);
    this.name = "SignInRefused";
    this.failure = failure;
    this.subject = subject;
  }
}

/**
 * Opens a session from the tokens of a code exchange and gives its id. Both tokens are verified against
 * the realm's own keys; the sign-in is recorded before the session exists. Throws `SignInRefused`.
 */
export async function openSession(realm: RealmConfig, answer: unknown): Promise<string> {
  const tokens = Tokens.safeParse(answer);
  if (!tokens.success) throw new SignInRefused("failed");
  const { access_token, refresh_token, id_token } = tokens.data;
  const { grants, claims } = await orRefused(verifiedGrants(realm, access_token));
  const idToken = await orRefused(verifyJwt(id_token, realm.issuer, realm.clientId));
  const id = IdClaims.safeParse(idToken.claims);
  if (!id.success || id.data.sub !== grants.subject) throw new SignInRefused("failed");
  if ((await openTenants(grants.tenants)).length === 0)
    throw new SignInRefused("no_tenant", grants.subject);
  if (grants.roles.length === 0) throw new SignInRefused("no_role", grants.subject);

  const sessionId = uuidv7();
  const { issuer } = realm;
  await recordSignedIn(realm, { sessionId, issuer, ...grants }, id.data.acr);
  await insertSession({
    sessionId,
    realm: realm.realm,
    issuer,
    sid: id.data.sid,
    acr: id.data.acr,
    authTimeSeconds: id.data.auth_time ?? id.data.iat,
    grants,
    accessToken: access_token,
    refreshToken: refresh_token,
    idToken: id_token,
    accessExpiresInSeconds: (claims.exp ?? 0) - (claims.iat ?? 0),
  });
  return sessionId;
}

async function orRefused<Result>(verification: Promise<Result>): Promise<Result> {
  try {
    return await verification;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const failure =
      cause.code === "unavailable"
        ? "provider"
        : cause.code === "forbidden"
          ? "demo_account"
          : "failed";
    throw new SignInRefused(failure, undefined, { cause });
  }
}
