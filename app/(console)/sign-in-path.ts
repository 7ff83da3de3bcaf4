import "server-only";
import { headers } from "next/headers";

/** The sign-in page, which leads back to the page that was asked for (`proxy.ts` names it). */
export async function signInPath(): Promise<string> {
  const wanted = (await headers()).get("x-console-path");
  return wanted && wanted !== "/"
    ? `/sign-in?callbackUrl=${encodeURIComponent(wanted)}`
    : "/sign-in";
}
