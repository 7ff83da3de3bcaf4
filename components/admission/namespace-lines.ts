import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { NamespaceRule } from "#server/features/admission/schema.ts";

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;

/** What `kubectl get namespaces -o json` prints, as lines for the form; null for anything else. */
export function linesFromKubectl(text: string): string | null {
  if (!text.trim().startsWith("{")) return null;
  try {
    const { items } = JSON.parse(text) as { items?: Manifest[] };
    if (!Array.isArray(items)) return null;
    const all = items.map((item) => ({ ...item, apiVersion: "v1", kind: "Namespace" }));
    const owners = namespaceOwners(all.filter((item) => typeof item.metadata?.name === "string"));
    return [...owners]
      .map(([namespace, { tenant, environment }]) => `${namespace} ${tenant} ${environment ?? "?"}`)
      .join("\n");
  } catch {
    return null;
  }
}

/**
 * The rules that lines give: `namespace organization environment [service]`, `namespace exempt`, or
 * `namespace remove`. A line that is none of these is given by its number.
 */
export function rulesFromLines(text: string): { rules: NamespaceRule[]; badLine: number | null } {
  const rules: NamespaceRule[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const [namespace, second, third, service = null, ...rest] = line.trim().split(/\s+/);
    if (!namespace) continue;
    const environment = ENVIRONMENTS.find((each) => each === third);
    const isWord = second === "exempt" || second === "remove";
    if (isWord && third === undefined)
      rules.push({ namespace, rule: second === "exempt" ? "exempt" : "removed" });
    else if (!isWord && second && environment && rest.length === 0)
      rules.push({ namespace, rule: "owned", tenant: second, environment, service });
    else return { rules, badLine: at + 1 };
  }
  return { rules, badLine: null };
}
