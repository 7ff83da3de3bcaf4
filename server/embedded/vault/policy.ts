import type { PathRule } from "./vault-state.ts";

export type Capability = "create" | "read" | "update" | "patch" | "delete" | "list" | "sudo";

const HCL_PATH = /path\s+"([^"]+)"\s*\{([^}]*)\}/g;
const HCL_CAPABILITIES = /capabilities\s*=\s*\[([^\]]*)\]/;

/** Reads a policy in OpenBao's JSON form or the `path "…" { capabilities = […] }` form of HCL. */
export function parsePolicy(source: string): PathRule[] {
  if (source.trimStart().startsWith("{")) {
    const json = JSON.parse(source) as { path?: Record<string, { capabilities?: string[] }> };
    return Object.entries(json.path ?? {}).map(([path, rule]) => ({
      path,
      capabilities: rule.capabilities ?? [],
    }));
  }
  return [...source.matchAll(HCL_PATH)].map(([, path = "", body = ""]) => ({
    path,
    capabilities: [...(HCL_CAPABILITIES.exec(body)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(
      ([, capability = ""]) => capability,
    ),
  }));
}

/**
 * Whether the rules give a capability on a path. An exact path wins over a pattern, a longer
 * pattern over a shorter one, rules of one path add up, and `deny` beats them all.
 */
export function allows(rules: readonly PathRule[], path: string, capability: Capability): boolean {
  const matching = rules.filter((rule) => matches(rule.path, path));
  if (matching.length === 0) return false;
  const best = matching.reduce((a, b) => (precedence(b.path) > precedence(a.path) ? b : a)).path;
  const granted = matching.filter((rule) => rule.path === best).flatMap((r) => r.capabilities);
  return !granted.includes("deny") && granted.includes(capability);
}

function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith("*");
  const source = (isPrefix ? pattern.slice(0, -1) : pattern)
    .split("/")
    .map((segment) => (segment === "+" ? "[^/]+" : escapeForRegExp(segment)))
    .join("/");
  return new RegExp(`^${source}${isPrefix ? "" : "$"}`).test(path);
}

function precedence(pattern: string): number {
  const isExact = !pattern.endsWith("*") && !pattern.split("/").includes("+");
  const firstWildcard = pattern.search(/[*+]/);
  return (isExact ? 1_000_000 : 0) + (firstWildcard < 0 ? pattern.length : firstWildcard);
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
