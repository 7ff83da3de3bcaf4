import { DiffWalk } from "./diff-walk.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { LAST_APPLIED, normalize } from "./normalize.ts";

export interface FieldDifference {
  /** RFC 6901; list-map items by their key (`/spec/containers/web/image`). */
  path: string;
  /** `extra`: not desired, but we once applied it. */
  kind: "changed" | "missing" | "extra";
  desired?: Json;
  live?: Json;
  /** The field manager that last wrote the live value, where the cluster tells. */
  manager?: string;
}

export interface DiffResult {
  status: "in-sync" | "drifted" | "unknown";
  differences: FieldDifference[];
  /** Live fields that nobody desired and that are no defaults: others' additions. */
  additions: { path: string; live: Json; manager?: string }[];
  /** What could not be compared and why; with these the status is `drifted` or `unknown`. */
  uncomparable: string[];
}

export interface DiffInput {
  desired: JsonObject;
  live: JsonObject;
  /** What was applied last; taken from the live object's annotation when left out. */
  lastApplied?: JsonObject;
}

/** Compares an object with what was asked for. Values of Secrets never leave (only equality does). */
export function diffObjects(input: DiffInput): DiffResult {
  const uncomparable = identityProblems(input);
  const lastApplied = input.lastApplied ?? lastAppliedOf(input.live, uncomparable);
  if (uncomparable.length > 0)
    return { status: "unknown", differences: [], additions: [], uncomparable };
  const [desired, live, last] = maskSecrets([
    normalize(input.desired),
    normalize(input.live),
    lastApplied ? normalize(lastApplied) : undefined,
  ]);
  const walk = new DiffWalk(String(input.desired.kind), input.live);
  // Where the desired object leaves the namespace to the context, the live one has it.
  if (
    isObject(desired?.metadata) &&
    desired.metadata.namespace === undefined &&
    isObject(live?.metadata)
  ) {
    delete live.metadata.namespace;
  }
  walk.compare([], [], desired ?? {}, live ?? {}, last);
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  const hidden = walk.hidden.sort().map((path) => `${path} is encrypted or not known`);
  return {
    status: walk.differences.length > 0 ? "drifted" : hidden.length > 0 ? "unknown" : "in-sync",
    differences: walk.differences.sort(byPath),
    additions: walk.additions.sort(byPath),
    uncomparable: hidden,
  };
}

function identityProblems({ desired, live }: DiffInput): string[] {
  const problems: string[] = [];
  const name = (object: JsonObject) =>
    isObject(object.metadata) ? object.metadata.name : undefined;
  const group = (object: JsonObject) => {
    const version = String(object.apiVersion ?? "");
    return version.includes("/") ? version.split("/")[0] : "";
  };
  if (typeof desired.kind !== "string" || typeof live.kind !== "string")
    problems.push("an object has no kind");
  else if (desired.kind !== live.kind || group(desired) !== group(live)) {
    problems.push(
      `${String(desired.apiVersion)} ${desired.kind} and ${String(live.apiVersion)} ${live.kind} are different kinds`,
    );
  }
  if (name(desired) === undefined || name(desired) !== name(live))
    problems.push("the objects have different names");
  return problems;
}

function lastAppliedOf(live: JsonObject, problems: string[]): JsonObject | undefined {
  const annotations = isObject(live.metadata) ? live.metadata.annotations : undefined;
  const text = isObject(annotations) ? annotations[LAST_APPLIED] : undefined;
  if (typeof text !== "string") return undefined;
  try {
    const parsed = JSON.parse(text) as Json;
    if (isObject(parsed)) return parsed;
  } catch {
    // Falls through: an unreadable record is reported, not ignored.
  }
  problems.push(`the annotation ${LAST_APPLIED} of the live object is not JSON`);
  return undefined;
}
