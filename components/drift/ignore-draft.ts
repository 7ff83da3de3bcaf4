import type { IgnoreRuleSpec } from "#server/features/drift/schema.ts";
import type { IgnoreRuleView } from "#server/features/drift/views.ts";
import type { Period } from "./periods.ts";

export const IGNORE_KINDS = ["json-pointer", "jq-path", "manager"] as const;

/** An ignore rule as it is being written: every field a text, empty for "any". */
export interface IgnoreDraft {
  kind: IgnoreRuleSpec["kind"];
  expression: string;
  apiGroup: string;
  objectKind: string;
  namespace: string;
  name: string;
  owner: string;
  reason: string;
  period: Period | null;
  isTrial: boolean;
}

/** A new rule, with what the URL says of it: a finding leads here with its field filled in. */
export function draftOfUrl(params: URLSearchParams): IgnoreDraft {
  const text = (name: string) => (params.get(name) ?? "").slice(0, 500);
  return {
    kind: IGNORE_KINDS.find((kind) => kind === params.get("kind")) ?? "json-pointer",
    expression: text("expression"),
    apiGroup: text("apiGroup"),
    objectKind: text("objectKind"),
    namespace: text("namespace"),
    name: text("name"),
    owner: "",
    reason: "",
    period: null,
    isTrial: false,
  };
}

/** The rule as it stands; for how long has to be said anew. */
export function draftOfRule({ spec, owner, reason }: IgnoreRuleView): IgnoreDraft {
  return {
    kind: spec.kind,
    expression: spec.expression,
    apiGroup: spec.apiGroup ?? "",
    objectKind: spec.objectKind ?? "",
    namespace: spec.namespace ?? "",
    name: spec.name ?? "",
    owner,
    reason,
    period: null,
    isTrial: spec.isTrial ?? false,
  };
}

/** What is asked of the server: an empty field means any. */
export function specOf(draft: IgnoreDraft): IgnoreRuleSpec {
  const any = (text: string) => (text.trim() === "" ? null : text.trim());
  return {
    kind: draft.kind,
    expression: draft.expression.trim(),
    apiGroup: any(draft.apiGroup),
    objectKind: any(draft.objectKind),
    namespace: any(draft.namespace),
    name: any(draft.name),
    ...(draft.isTrial ? { isTrial: true } : {}),
  };
}

export type DraftProblem = "expression" | "owner" | "reason" | "period";

/** What is still missing, as the verb demands it. */
export function problemsOf(draft: IgnoreDraft): DraftProblem[] {
  const problems: DraftProblem[] = [];
  if (draft.expression.trim() === "") problems.push("expression");
  if (draft.owner.trim().length < 2) problems.push("owner");
  if (draft.reason.trim().length < 3) problems.push("reason");
  if (draft.period === null) problems.push("period");
  return problems;
}
