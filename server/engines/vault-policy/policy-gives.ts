import type { PathRule } from "./parse-policy.ts";

/**
 * Whether rules give a capability on a path, as OpenBao judges a token with all of them: only the
 * rules of the most specific matching path count, they add up, and `deny` beats them all.
 * Source: OpenBao, concepts/policies, "Policy syntax", priority rules.
 */
export function policyGives(rules: readonly PathRule[], path: string, capability: string): boolean {
  const matching = rules.filter((rule) => matches(rule.path, path));
  const [best] = matching.map((rule) => rule.path).sort((a, b) => bySpecificity(b, a));
  const given = matching
    .filter((rule) => rule.path === best)
    .flatMap(({ capabilities }) => capabilities);
  return !given.includes("deny") && (given.includes(capability) || given.includes("root"));
}

/** `*` at the end is any rest, `+` is any one segment. */
function matches(pattern: string, path: string): boolean {
  const isPrefix = pattern.endsWith("*");
  const wanted = (isPrefix ? pattern.slice(0, -1) : pattern).split("/");
  const given = path.split("/");
  if (isPrefix ? given.length < wanted.length : given.length !== wanted.length) return false;
  return wanted.every((segment, at) => {
    if (segment === "+") return true;
    const isLast = at === wanted.length - 1;
    return isPrefix && isLast ? (given[at] ?? "").startsWith(segment) : segment === given[at];
  });
}

/** Positive when `a` is the more specific of two patterns. */
function bySpecificity(a: string, b: string): number {
  const first = firstWildcard(a) - firstWildcard(b);
  if (first !== 0) return first;
  const ends = Number(!a.endsWith("*")) - Number(!b.endsWith("*"));
  if (ends !== 0) return ends;
  const segments = plusses(b) - plusses(a);
  if (segments !== 0) return segments;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

function firstWildcard(pattern: string): number {
  const at = pattern.search(/\*$|(?<=^|\/)\+(?=\/|$|\*)/);
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}

function plusses(pattern: string): number {
  return pattern.split("/").filter((segment) => segment === "+").length;
}
