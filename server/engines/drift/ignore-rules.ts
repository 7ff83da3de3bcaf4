import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { keyedItems } from "#server/engines/differ/list-keys.ts";
import type { DriftObject } from "./finding.ts";
import { JqPathError, type PathStep, parseJqPath } from "./jq-path.ts";

/** What is not told of, and of which objects. `*` in a name stands for any run of characters. */
export interface IgnoreSpec {
  kind: "json-pointer" | "jq-path" | "manager";
  expression: string;
  apiGroup: string | null;
  objectKind: string | null;
  namespace: string | null;
  name: string | null;
  /** It is told what the rule would hide, and hidden is nothing. */
  isTrial?: boolean | undefined;
}

export interface IgnoreRule {
  id: string;
  isTrial: boolean;
  covers(object: DriftObject): boolean;
  /** Whether it hides this difference between the two objects. */
  hides(difference: FieldDifference, desired: JsonObject, live: JsonObject): boolean;
}

/** Why a rule can't be followed; null when it can. */
export function ignoreProblem(spec: Pick<IgnoreSpec, "kind" | "expression">): string | null {
  try {
    stepsOf(spec);
    return null;
  } catch (error) {
    if (error instanceof JqPathError) return error.message;
    throw error;
  }
}

/** A rule made ready for many objects. Throws JqPathError when its expression can't be followed. */
export function ignoreRule(id: string, spec: IgnoreSpec): IgnoreRule {
  const steps = stepsOf(spec);
  const [kind, namespace, name] = [spec.objectKind, spec.namespace, spec.name].map(pattern);
  return {
    id,
    isTrial: spec.isTrial ?? false,
    covers: (object) => {
      const group = object.apiVersion.includes("/") ? (object.apiVersion.split("/")[0] ?? "") : "";
      return (
        (spec.apiGroup === null || spec.apiGroup === group) &&
        (kind?.test(object.kind) ?? true) &&
        (namespace?.test(object.namespace ?? "") ?? true) &&
        (name?.test(object.name) ?? true)
      );
    },
    hides: (difference, desired, live) =>
      steps === null
        ? difference.manager === spec.expression
        : reaches(steps, segments(difference.path), desired, live),
  };
}

/** Steps of a path; null for a manager. */
function stepsOf({ kind, expression }: Pick<IgnoreSpec, "kind" | "expression">): PathStep[] | null {
  if (kind === "manager") return null;
  if (kind === "jq-path") return parseJqPath(expression);
  if (!expression.startsWith("/") || expression.length < 2) {
    throw new JqPathError("must begin with a slash and name a field, like /spec/replicas", 0);
  }
  return segments(expression).map(
    (name): PathStep =>
      /^\d{1,6}$/.test(name) ? { kind: "index", at: Number(name) } : { kind: "field", name },
  );
}

function segments(pointer: string): string[] {
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function pattern(glob: string | null): RegExp | undefined {
  if (glob === null) return undefined;
  const parts = glob.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

/**
 * Whether the steps lead to the difference or to something above it. A difference above what the steps
 * name is never hidden: more differs than was agreed to.
 */
function reaches(
  steps: readonly PathStep[],
  path: readonly string[],
  desired: Json | undefined,
  live: Json | undefined,
  field = "",
): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  if (step.kind === "select") {
    const sides = [desired, live].filter((side) => side !== undefined);
    // Both sides have to be meant: what became something else is told.
    const isMeant = sides.length > 0 && sides.every((side) => isSelected(step, side));
    return isMeant && reaches(rest, path, desired, live, field);
  }
  const [segment, ...deeper] = path;
  if (segment === undefined) return false;
  const isHere =
    step.kind === "each" ||
    (step.kind === "field" && step.name === segment) ||
    (step.kind === "index" && isAt(step.at, segment, field, desired, live));
  return (
    isHere &&
    reaches(rest, deeper, child(desired, field, segment), child(live, field, segment), segment)
  );
}

/** Items of list maps go by their key in a difference, and by their place in a pointer. */
function isAt(at: number, segment: string, field: string, ...sides: (Json | undefined)[]): boolean {
  if (segment === String(at)) return true;
  return sides.some(
    (side) => Array.isArray(side) && [...(keyedItems(field, side)?.keys() ?? [])][at] === segment,
  );
}

function child(value: Json | undefined, field: string, segment: string): Json | undefined {
  if (isObject(value)) return value[segment];
  if (!Array.isArray(value)) return undefined;
  return keyedItems(field, value)?.get(segment) ?? value[Number(segment)];
}

function isSelected(step: Extract<PathStep, { kind: "select" }>, value: Json): boolean {
  const found = step.path.reduce<Json | undefined>(
    (at, name) => (isObject(at) ? at[name] : undefined),
    value,
  );
  return ((found ?? null) === step.value) !== step.negated;
}
