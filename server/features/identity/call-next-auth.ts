import "server-only";
import { createHash, randomBytes } from "node:crypto";
import NextAuth, { type AuthOptions } from "next-auth";
import { env } from "#server/platform/env/env.ts";
import { cookieName, cookiesIn } from "./session-cookie.ts";

export interface NextAuthAnswer {
  readonly location: string | null;
  readonly setCookies: readonly string[];
}

/**
 * Runs one next-auth action over plain values, in the shape of its API-route handler: that one needs
 * nothing of Next's request scope, so it runs the same in tests.
 */
export async function callNextAuth(
  request: Request,
  action: readonly [string, string],
  options: AuthOptions,
  form?: Record<string, string>,
): Promise<NextAuthAnswer> {
  const csrf = form ? csrfPair() : null;
  const headers = new Map<string, unknown>();
  const answer = {
    status: () => answer,
    getHeader: (name: string) => headers.get(name.toLowerCase()),
    setHeader: (name: string, value: unknown) => {
      headers.set(name.toLowerCase(), value);
      return answer;
    },
    json: () => answer,
    send: () => answer,
    end: () => answer,
  };
  await NextAuth(
    {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      cookies: { ...cookiesIn(request.headers), ...csrf?.cookie },
      query: { ...Object.fromEntries(new URL(request.url).searchParams), nextauth: [...action] },
      body: form ? { ...form, csrfToken: csrf?.token } : undefined,
    } as never,
    answer as never,
    options,
  );
  return {
    location: (headers.get("location") as string | undefined) ?? null,
    setCookies: [headers.get("set-cookie") ?? []].flat() as string[],
  };
}

/**
 * next-auth wants its double-submit pair on every form. Ours are protected by their origin
 * (own-form.ts), which needs no cookie set by a page, so the pair is made on the spot.
 */
function csrfPair() {
  const token = randomBytes(32).toString("hex");
  const hash = createHash("sha256").update(`${token}${env().NEXTAUTH_SECRET}`).digest("hex");
  return { token, cookie: { [cookieName("csrf")]: `${token}|${hash}` } };
}
