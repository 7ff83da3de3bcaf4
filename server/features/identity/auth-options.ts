import "server-only";
import type { AuthOptions } from "next-auth";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { RealmConfig } from "./config.ts";
import { clientSecretOf } from "./identity-config.ts";
import { openSession } from "./open-session.ts";
import { cookieName, cookieOptions, SESSION_SECONDS } from "./session-cookie.ts";

const LOGIN_SECONDS = 15 * 60;

/** What a request through next-auth came to. */
export interface AuthAttempt {
  sessionId: string | null;
  failure: unknown;
}

export const providerIdOf = (realm: RealmConfig) => `kc-${realm.realm}`;

/** next-auth's options for one realm and one request; its cookie holds our session's id and nothing else. */
export function authOptionsFor(realm: RealmConfig, attempt: AuthAttempt): AuthOptions {
  const cookie = (name: string, maxAge?: number) => ({
    name: cookieName(name),
    options: { ...cookieOptions(), ...(maxAge ? { maxAge } : {}) },
  });
  return {
    secret: env().NEXTAUTH_SECRET,
    session: { strategy: "jwt", maxAge: SESSION_SECONDS },
    jwt: { maxAge: SESSION_SECONDS },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: cookie("session"),
      callbackUrl: cookie("callback-url"),
      csrfToken: cookie("csrf"),
      pkceCodeVerifier: cookie("pkce", LOGIN_SECONDS),
      state: cookie("state", LOGIN_SECONDS),
      nonce: cookie("nonce", LOGIN_SECONDS),
    },
    providers: [
      {
        id: providerIdOf(realm),
        name: realm.displayName,
        type: "oauth",
        wellKnown: `${realm.issuer}/.well-known/openid-configuration`,
        clientId: realm.clientId,
        clientSecret: clientSecretOf(realm).reveal(),
        authorization: { params: { scope: "openid profile" } },
        idToken: true,
        checks: ["pkce", "state", "nonce"],
        httpOptions: { timeout: 5_000 },
        profile: (claims: { sub: string }) => ({ id: claims.sub }),
      },
    ],
    callbacks: {
      async signIn({ account }) {
        try {
          attempt.sessionId = await openSession(realm, account);
          return true;
        } catch (error) {
          attempt.failure = error;
          return false;
        }
      },
      jwt: async () => (attempt.sessionId ? { sid: attempt.sessionId } : {}),
      redirect: async ({ url, baseUrl }) => ownUrl(url, baseUrl),
    },
    // Its metadata can hold tokens and profiles, so only the code is kept (law 6).
    logger: {
      error: (code) => {
        attempt.failure ??= new Error(code);
        logger.warn({ realm: realm.realm, code }, "sign-in failed");
      },
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

/** Where to go after signing in: a path of ours, or home. */
export function ownUrl(url: string, baseUrl: string): string {
  const base = new URL(baseUrl);
  const target = URL.parse(url, base);
  return target?.origin === base.origin ? target.href : base.href;
}
