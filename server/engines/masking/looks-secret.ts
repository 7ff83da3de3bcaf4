import { holdsKnownSecret } from "../secret-shapes/holds-known-secret.ts";

const NAMED = /(?:^|[^a-z])(?:password|passwd|passphrase|secret|token|api-?key|private-?key)$/;

/**
 * Whether a text under this name (empty where it has none) seems to be a secret: by its own shape, or
 * because its field says so. References like `secret-binding/0190…` and paths are none.
 */
export function looksSecret(name: string, text: string): boolean {
  if (holdsKnownSecret(text)) return true;
  const spelled = name
    .replaceAll(/([a-z])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();
  return NAMED.test(spelled) && text.length >= 8 && !text.includes("/") && !/\s/.test(text);
}
