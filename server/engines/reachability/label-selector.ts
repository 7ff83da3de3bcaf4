export type Labels = Readonly<Record<string, string>>;

export interface SelectorRequirement {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  values?: readonly string[];
}

/** metav1.LabelSelector: everything in it must hold; an empty selector selects all. */
export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: readonly SelectorRequirement[];
}

/** Kubernetes' meaning: `NotIn` and `DoesNotExist` also hold for objects without the key. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    if (labels[key] !== value) return false;
  }
  return (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labels));
}

function holds({ key, operator, values = [] }: SelectorRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
  }
}

/** The label keys that a selector looks at: pods that agree on these are the same to it. */
export function keysOf(selector: LabelSelector): string[] {
  return [
    ...Object.keys(selector.matchLabels ?? {}),
    ...(selector.matchExpressions ?? []).map((requirement) => requirement.key),
  ];
}

/** Equal selectors have equal text, whatever their order. */
export function selectorKey(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).sort();
  const expressions = (selector.matchExpressions ?? [])
    .map((each) => [each.key, each.operator, [...(each.values ?? [])].sort()])
    .map((each) => JSON.stringify(each))
    .sort();
  return JSON.stringify([labels, expressions]);
}
