import "server-only";
import { env } from "../env/env.ts";
import { AppError } from "../errors/app-error.ts";

export const CSRF_HEADER = "x-console-csrf";

/**
 * Refuses a cookie-authenticated change that another site could have sent: it must come from our
 * own origin and carry a header that no form or image can set (OWASP CSRF: custom request header).
 */
export function refuseCrossSite(headers: Headers): void {
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  const isOurOrigin = origin === new URL(env().CONSOLE_URL).origin;
  const isSameSite = site === null || site === "same-origin";
  if (!headers.has(CSRF_HEADER) || !isOurOrigin || !isSameSite) {
    throw new AppError("forbidden", "This request did not come from the console's own pages.", {
      said: { key: "foreignPage" },
      remedy: `Send it from ${new URL(env().CONSOLE_URL).origin} with the header ${CSRF_HEADER}.`,
    });
  }
}
