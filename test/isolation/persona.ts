import { encode } from "next-auth/jwt";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { sessionCookieName } from "#server/features/identity/session-cookie.ts";
import { insertSession } from "#server/features/identity/session-rows.ts";
import { ROLES, type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { env } from "#server/platform/env/env.ts";
import { CSRF_HEADER } from "#server/platform/http/csrf.ts";
import { issuerOf } from "./identity-file.ts";

export { identityFile, issuerOf } from "./identity-file.ts";

/** Somebody who is really signed in: a session row and the cookie that names it. */
export interface Persona {
  name: string;
  tenant: string;
  sessionId: string;
  headers(tenant?: string | null): Headers;
}

/** Signs a person of the tenant's own realm in, without the detour over an identity provider. */
export async function signIn(
  admin: pg.Client,
  tenant: string,
  name: string,
  roles: readonly Role[] = ROLES,
): Promise<Persona> {
  const sessionId = uuidv7();
  await insertSession({
    sessionId,
    realm: tenant,
    issuer: issuerOf(tenant),
    sid: uuidv7(),
    acr: "1",
    authTimeSeconds: Math.floor(Date.now() / 1_000),
    grants: {
      subject: name,
      displayName: `${name} of ${tenant}`,
      tenants: [tenant],
      roles,
      scopes: scopesOfRoles(roles),
      isDemo: false,
    },
    accessToken: "none",
    refreshToken: "none",
    idToken: "none",
    accessExpiresInSeconds: 36_000,
  });
  // Roles count as fresh for the whole run: no identity provider is there to be asked again.
  await admin.query(
    "UPDATE session SET roles_checked_at = clock_timestamp() + interval '5 hours' WHERE session_id = $1",
    [sessionId],
  );
  const token = await encode({ token: { sid: sessionId }, secret: env().NEXTAUTH_SECRET });
  return {
    name,
    tenant,
    sessionId,
    headers(asked: string | null = tenant) {
      return new Headers({
        cookie: `${sessionCookieName()}=${token}`,
        origin: new URL(env().CONSOLE_URL).origin,
        [CSRF_HEADER]: "1",
        ...(asked === null ? {} : { "x-tenant": asked }),
      });
    },
  };
}
