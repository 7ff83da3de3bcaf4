import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { checkPodSecurity } from "#server/engines/hardening/pod-security.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { additionsOf, type Compared, type OwnPart } from "./compare-cluster.ts";
import { asJson, findingOf, objectOf, RIGHTS, ROUTES } from "./drift-objects.ts";
import type { DriftFinding, DriftObject, Severity } from "./finding.ts";
import type { IgnoreRule } from "./ignore-rules.ts";
import { saysTheSame } from "./loosens.ts";
import type { PolicyMeaning } from "./policy-meaning.ts";
import { wholeObject } from "./whole-object.ts";

/** What an ignore rule hides of one object. */
export interface IgnoredDrift {
  ruleId: string;
  object: DriftObject;
  environment: string | null;
  differences: readonly FieldDifference[];
}

export interface JudgedPart {
  findings: DriftFinding[];
  ignored: IgnoredDrift[];
}

export interface PartContext {
  tenancy: ClusterTenancy;
  ignore: readonly IgnoreRule[];
  /** What a changed or missing policy opens; null when that can't be computed for it. */
  meaningOf(policy: Manifest): PolicyMeaning | null;
}

/**
 * What one owner's differences mean: ignore rules first, then each by what it does (a policy that lets
 * more through, hardening that is weaker, a quota), else as drift of fields. What can't be compared or
 * read is a finding whatever is ignored: nobody knows what it would have shown.
 */
export function judgePart(part: OwnPart | undefined, context: PartContext): JudgedPart {
  const findings: DriftFinding[] = [];
  const ignored: IgnoredDrift[] = [];
  const { tenancy } = context;
  for (const compared of part?.compared ?? []) {
    const { want, have, diff } = compared;
    if (diff.uncomparable.length > 0) {
      const why = diff.uncomparable.join("; ");
      findings.push(
        findingOf("not-comparable", have, tenancy, {
          severity: "medium",
          detail: why,
          reason: "uncomparable",
          params: { why },
        }),
      );
    }
    if (diff.status === "unknown") continue;
    const kept = withoutIgnored(compared, context.ignore);
    for (const [ruleId, differences] of kept.hidden) {
      const { environment } = findingOf("field-drift", have, tenancy, { severity: "low" });
      ignored.push({ ruleId, object: objectOf(have), environment, differences });
    }
    const finding = meant(want, have, kept, context);
    if (finding) findings.push(finding);
  }
  for (const want of part?.missing ?? []) {
    const meaning = context.meaningOf(want);
    findings.push(
      findingOf("missing", want, tenancy, {
        whole: () => wholeObject("desired", asJson(want)),
        severity: severityOfAbsence(want, meaning),
        causes: [],
      }),
    );
  }
  for (const have of part?.unmanaged ?? []) {
    findings.push(
      findingOf("unmanaged", have, tenancy, {
        severity: severityOfExtra(have),
        whole: () => wholeObject("live", asJson(have)),
      }),
    );
  }
  for (const { want, reason } of part?.unread ?? []) {
    findings.push(
      findingOf("not-comparable", want, tenancy, {
        severity: "medium",
        causes: [],
        detail: `${want.kind}: ${reason}`,
        reason: "kind-unread",
        params: { kind: want.kind, why: reason },
      }),
    );
  }
  return { findings, ignored };
}

interface Kept {
  differences: FieldDifference[];
  additions: FieldDifference[];
  hidden: Map<string, FieldDifference[]>;
  /** Paths of what is hidden, additions too. */
  hiddenPaths: string[];
}

function withoutIgnored({ want, have, diff }: Compared, rules: readonly IgnoreRule[]): Kept {
  const object = objectOf(have);
  const all = rules.filter((rule) => rule.covers(object));
  const covering = all.filter(({ isTrial }) => !isTrial);
  const trials = all.filter(({ isTrial }) => isTrial);
  const hidden = new Map<string, FieldDifference[]>();
  const additions = additionsOf(diff);
  if (all.length === 0)
    return { differences: diff.differences, additions, hidden, hiddenPaths: [] };
  const isKept = (difference: FieldDifference) => {
    // A Secret whose values had an unexpected shape was masked whole: nobody knows what it holds.
    if (difference.path.endsWith("/[unreadable]")) return true;
    const hides = (rule: IgnoreRule) => rule.hides(difference, asJson(want), asJson(have));
    const note = ({ id }: IgnoreRule) => hidden.set(id, [...(hidden.get(id) ?? []), difference]);
    const rule = covering.find(hides);
    if (rule) note(rule);
    else trials.filter(hides).forEach(note);
    return rule === undefined;
  };
  const differences = diff.differences.filter(isKept);
  // An addition is no drift by itself: hiding one tells nothing, and is not counted.
  const shown = additions.filter(
    (each) => !covering.some((rule) => rule.hides(each, asJson(want), asJson(have))),
  );
  const kept = new Set([...differences, ...shown]);
  const hiddenPaths = [...diff.differences, ...additions]
    .filter((each) => !kept.has(each))
    .map(({ path }) => path);
  return { differences, additions: shown, hidden, hiddenPaths };
}

/** The finding that is left, or none. */
function meant(
  want: Manifest,
  have: Manifest,
  { differences, additions, hiddenPaths }: Kept,
  { tenancy, meaningOf }: PartContext,
): DriftFinding | null {
  const finding = (
    rule: DriftFinding["rule"],
    shown: readonly FieldDifference[],
    more: Pick<DriftFinding, "severity"> & Partial<DriftFinding>,
  ) => findingOf(rule, have, tenancy, { differences: shown, causes: causesOf(shown), ...more });
  if (ROUTES.has(have.kind)) {
    const all = [...differences, ...additions.filter(({ path }) => path.startsWith("/spec/"))];
    if (all.length === 0) return null;
    const meaning = meaningOf(have);
    if (!meaning?.isWeaker) {
      // What is written otherwise may say the same: defaults that the API server fills in.
      if (differences.length === 0 && saysTheSame(want, have)) return null;
      return finding("field-drift", all, { severity: meaning ? "medium" : "high" });
    }
    return finding("weaker-policy", all, {
      severity: meaning.crosses ? "critical" : "high",
      detail: meaning.example
        ? `${meaning.example.from} => ${meaning.example.to} : ${meaning.example.ports}`
        : "",
      reason: meaning.example ? "policy-opens" : "policy-loosened",
      params: meaning.example ? { ...meaning.example, edges: String(meaning.edges) } : {},
    });
  }
  if (have.kind === "ResourceQuota" || have.kind === "LimitRange") {
    return differences.length === 0
      ? null
      : finding("changed-quota", differences, { severity: "medium" });
  }
  // What is agreed to be otherwise weakens nothing that was not agreed to.
  const agreed = new Set(hiddenPaths.map(lastOf));
  const weakened = newControls(want, have).filter(({ field }) => !agreed.has(field));
  if (weakened.length > 0) {
    const about = additions.filter(({ path }) =>
      /securityContext|host|capabilities|volumes|containers/i.test(path),
    );
    const all = [...differences, ...about];
    if (all.length > 0) {
      const controls = [...new Set(weakened.map(({ control }) => control))].sort().join(", ");
      return finding("weakened-hardening", all, {
        severity: weakened.some(({ isBaseline }) => isBaseline) ? "critical" : "high",
        reason: "hardening-weakened",
        params: { controls },
      });
    }
  }
  if (differences.length === 0) return null;
  const severity = RIGHTS.test(have.kind) ? "high" : severityOfDiff(differences);
  return finding("field-drift", differences, { severity });
}

/** Controls that the desired object keeps and the live one doesn't; baseline ones open the node. */
function newControls(
  want: Manifest,
  have: Manifest,
): { control: string; isBaseline: boolean; field: string }[] {
  const violations = (manifest: Manifest, level: "baseline" | "restricted") => {
    const verdict = checkPodSecurity(manifest, level);
    return verdict.kind === "checked" ? verdict.violations : [];
  };
  const key = ({ path, control }: { path: string; control: string }) => `${control} ${path}`;
  const before = new Set(violations(want, "restricted").map(key));
  const baseline = new Set(violations(have, "baseline").map(key));
  return violations(have, "restricted")
    .filter((each) => !before.has(key(each)))
    .map((each) => ({
      control: each.control,
      isBaseline: baseline.has(key(each)),
      field: lastOf(each.path),
    }));
}

/** The last name of a path, however it is written. */
function lastOf(path: string): string {
  return path.split(/[./[\]]+/).findLast((part) => part !== "" && !/^\d+$/.test(part)) ?? "";
}

function causesOf(differences: readonly FieldDifference[]): string[] {
  return [...new Set(differences.flatMap(({ manager }) => manager ?? []))].sort();
}

function severityOfDiff(differences: readonly FieldDifference[]): Severity {
  return differences.every(({ path }) => path.startsWith("/metadata/")) ? "low" : "medium";
}

function severityOfAbsence({ kind }: Manifest, meaning: PolicyMeaning | null): Severity {
  if (ROUTES.has(kind)) {
    if (!meaning) return "critical";
    return meaning.isWeaker ? (meaning.crosses ? "critical" : "high") : "medium";
  }
  return kind === "ResourceQuota" ? "high" : "medium";
}

/** What decides over others' rights, routes or objects weighs more than what only is there. */
function severityOfExtra({ kind }: Manifest): Severity {
  if (ROUTES.has(kind) || RIGHTS.test(kind) || kind.endsWith("WebhookConfiguration")) return "high";
  return kind === "CustomResourceDefinition" || kind === "APIService" ? "medium" : "low";
}
