/** Login methods that people use, and those that only machines have; `jwt` may be either. */
const HUMAN = new Set(["oidc", "userpass", "ldap", "github", "okta", "radius"]);
const MACHINE = new Set(["kubernetes", "approle", "cert", "aws", "azure", "gcp"]);

/** Whether a person is behind login methods of a vault: one that people use is enough. */
export function humanBehind(methods: readonly string[]): "yes" | "no" | "unknown" {
  if (methods.some((method) => HUMAN.has(method))) return "yes";
  return methods.length > 0 && methods.every((method) => MACHINE.has(method)) ? "no" : "unknown";
}
