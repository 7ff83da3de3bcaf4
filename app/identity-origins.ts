import { readFileSync } from "node:fs";

/**
 * The origins of the allow-listed issuers in an `identity.json`. A sign-in or sign-out form
 * posts to us and is then redirected there, which `form-action` must allow. A file that is
 * missing or malformed gives none: sign-in is blocked rather than opened to anybody.
 */
export function identityOrigins(path: string | undefined): string[] {
  if (!path) return [];
  try {
    const { realms } = JSON.parse(readFileSync(path, "utf8")) as { realms: { issuer: string }[] };
    return [...new Set(realms.map((realm) => new URL(realm.issuer).origin))].sort();
  } catch {
    return [];
  }
}
