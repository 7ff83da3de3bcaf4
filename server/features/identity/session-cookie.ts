import "server-only";
import { decode } from "next-auth/jwt";
import { z } from "zod";
import { env } from "#server/platform/env/env.ts";

/** The longest a session lives, as long as Keycloak's own (realm-file.ts). */
export const SESSION_SECONDS = 10 * 60 * 60;

const CookieToken = z.object({ sid: z.uuid() });

/** Over TLS every cookie is `__Host-`: this host only, this path only, never in the clear. */
export function isSecure(): boolean {
  return env().CONSOLE_URL.startsWith("https://");
}

export function cookieName(name: string): string {
  return `${isSecure() ? "__Host-" : ""}console.${name}`;
}

export const sessionCookieName = () => cookieName("session");

export function cookieOptions() {
  return { httpOnly: true, sameSite: "lax", path: "/", secure: isSecure() } as const;
}

export function cookiesIn(headers: Headers): Record<string, string> {
  const pairs = (headers.get("cookie") ?? "").split(";").map((part) => part.trim());
  return Object.fromEntries(
    pairs
      .filter((pair) => pair.includes("="))
      .map((pair) => [
        pair.slice(0, pair.indexOf("=")),
        decoded(pair.slice(pair.indexOf("=") + 1)),
      ]),
  );
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** The session id in a request's cookie; `null` when there is none or it is not ours. */
export async function sessionIdIn(headers: Headers): Promise<string | null> {
  const token = cookiesIn(headers)[sessionCookieName()];
  if (!token) return null;
  try {
    const payload = await decode({ token, secret: env().NEXTAUTH_SECRET });
    return CookieToken.safeParse(payload).data?.sid ?? null;
  } catch {
    return null;
  }
}

/** `Set-Cookie` value that takes the session cookie away. */
export function clearedSessionCookie(): string {
  return `${sessionCookieName()}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${isSecure() ? "; Secure" : ""}`;
}
