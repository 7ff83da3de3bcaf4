import { randomBytes } from "node:crypto";
import { type NextRequest, NextResponse } from "next/server";
import { identityOrigins } from "./app/identity-origins.ts";
import { commonHeaders, DATA_POLICY, pagePolicy } from "./app/security-headers.ts";

const isProduction = process.env.CONSOLE_MODE === "production";
const origins = identityOrigins(process.env.IDENTITY_CONFIG);

/**
 * Sets the security headers. It is not authorization: every page and procedure checks for itself.
 * The policy is set on the request too, because Next reads the nonce for its own scripts there.
 */
export function proxy(request: NextRequest): NextResponse {
  const isData = request.nextUrl.pathname.startsWith("/api/");
  const nonce = randomBytes(18).toString("base64");
  const policy = isData
    ? DATA_POLICY
    : pagePolicy({ nonce, isProduction, identityOrigins: origins });

  const headers = new Headers(request.headers);
  headers.delete("x-nonce");
  headers.set("x-console-path", request.nextUrl.pathname + request.nextUrl.search);
  if (!isData) {
    headers.set("x-nonce", nonce);
    headers.set("content-security-policy", policy);
  }
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  for (const [name, value] of Object.entries(commonHeaders(isProduction))) {
    response.headers.set(name, value);
  }
  return response;
}

export const config = { matcher: ["/((?!_next/static/).*)"] };
