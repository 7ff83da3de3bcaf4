import "server-only";
import { hash } from "node:crypto";
import { decode } from "next-auth/jwt";
import { z } from "zod";
import { env } from "#server/platform/env/env.ts";

/** The longest a session lives, as long as Keycloak's own (realm-file.ts). */
export const SESSION_SECONDS = 10 * 60 * 60;

const CookieToken = z.object({ sid: z.uuid(), exp: z.number() });

/** Opening a cookie derives a key each time; what it says can't change until it ends. */
const MOST_OPENED = 5_000;
const opened = new Map<string, { sid: string; endsAtMillis: number }>();

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
  const secret = env().NEXTAUTH_SECRET;
  // By digest, so that no cookie that would still open a session lies in memory.
  const digest = hash("sha256", `${secret}|${token}`, "base64");
  const known = opened.get(digest);
  if (known && known.endsAtMillis > Date.now()) return known.sid;
  try {
    const payload = CookieToken.safeParse(await decode({ token, secret })).data;
    if (!payload) return null;
    const [oldest] = opened.keys();
    if (opened.size >= MOST_OPENED && oldest !== undefined) opened.delete(oldest);
    opened.set(digest, { sid: payload.sid, endsAtMillis: payload.exp * 1_000 });
    return payload.sid;
  } catch {
    return null;
  }
}

/** `Set-Cookie` value that takes the session cookie away. */
export function clearedSessionCookie(): string {
  return `${sessionCookieName()}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${isSecure() ? "; Secure" : ""}`;
}
