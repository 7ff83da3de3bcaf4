import { isDefault } from "./defaults.ts";
import { durationNanos } from "./duration.ts";
import { isEmpty, isObject, type Json, type JsonObject, pointer } from "./json.ts";
import { isSetField, keyedItems } from "./list-keys.ts";
import { managerOf } from "./managed-fields.ts";
import { maskSecrets } from "./mask-secrets.ts";
import { LAST_APPLIED, normalize } from "./normalize.ts";
import { quantityNanos } from "./quantity.ts";

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
  /** Why nothing could be told; with these the status is `unknown`. */
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
  const walk = new Walk(String(input.desired.kind), input.live);
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
  return {
    status: walk.differences.length > 0 ? "drifted" : "in-sync",
    differences: walk.differences.sort(byPath),
    additions: walk.additions.sort(byPath),
    uncomparable: [],
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

const DURATION_FIELDS = new Set([
  "duration",
  "renewBefore",
  "interval",
  "retryInterval",
  "timeout",
  "scrapeInterval",
  "ttl",
]);
const QUANTITY_PARENTS = new Set([
  "limits",
  "requests",
  "capacity",
  "hard",
  "default",
  "defaultRequest",
  "max",
  "min",
  "overhead",
  "maxLimitRequestRatio",
]);
const QUANTITY_FIELDS = new Set(["sizeLimit", "divisor", "storage"]);
/** Where `{}` says something that absence does not: members of a union, selectors. */
const MEANINGFUL_EMPTY = new Set([
  "emptyDir",
  "podSelector",
  "namespaceSelector",
  "selector",
  "ephemeral",
]);

class Walk {
  readonly differences: FieldDifference[] = [];
  readonly additions: DiffResult["additions"] = [];
  readonly #kind: string;
  readonly #live: JsonObject;

  constructor(kind: string, live: JsonObject) {
    this.#kind = kind;
    this.#live = live;
  }

  /** `path` names items by key, `shape` the same with list steps as they match defaults. */
  compare(
    path: readonly string[],
    shape: readonly string[],
    desired: Json | undefined,
    live: Json | undefined,
    last: Json | undefined,
  ): void {
    if (isAbsent(desired, path)) {
      // An empty list is a statement: nothing may be in it.
      const isStated = Array.isArray(desired) && Array.isArray(live);
      this.#onlyLive(path, shape, live, isStated ? [] : last);
      return;
    }
    if (isAbsent(live, path)) {
      this.#onlyDesired(path, shape, desired as Json);
      return;
    }
    if (isObject(desired) && isObject(live)) {
      for (const key of new Set([...Object.keys(desired), ...Object.keys(live)])) {
        const child = [...path, key];
        if (path.length === 0 && key === "apiVersion") continue;
        this.compare(
          child,
          [...shape, key],
          desired[key],
          live[key],
          isObject(last) ? last[key] : undefined,
        );
      }
      return;
    }
    if (Array.isArray(desired) && Array.isArray(live)) {
      this.#lists(path, shape, desired, live, Array.isArray(last) ? last : undefined);
      return;
    }
    if (!sameValue(path, desired as Json, live as Json)) {
      this.differences.push(
        this.#owned(
          { path: pointer(path), kind: "changed", desired: desired as Json, live: live as Json },
          path,
        ),
      );
    }
  }

  #lists(
    path: readonly string[],
    shape: readonly string[],
    desired: Json[],
    live: Json[],
    last: Json[] | undefined,
  ): void {
    const field = path.at(-1) ?? "";
    if (isSetField(field)) {
      const texts = (items: Json[]) =>
        JSON.stringify(items.map((item) => JSON.stringify(item)).sort());
      if (texts(desired) !== texts(live)) {
        this.differences.push(
          this.#owned({ path: pointer(path), kind: "changed", desired, live }, path),
        );
      }
      return;
    }
    const [wanted, found, before] = [
      keyedItems(field, desired),
      keyedItems(field, live),
      last && keyedItems(field, last),
    ];
    const items =
      wanted && found
        ? [...new Set([...wanted.keys(), ...found.keys()])].map(
            (key) => [key, wanted.get(key), found.get(key), before?.get(key)] as const,
          )
        : Array.from(
            { length: Math.max(desired.length, live.length) },
            (_, at) => [String(at), desired[at], live[at], last?.[at] ?? true] as const,
          );
    for (const [key, want, have, was] of items) {
      const at = [...path, key];
      if (want !== undefined && have === undefined)
        this.differences.push({ path: pointer(at), kind: "missing", desired: want });
      else if (want === undefined && have !== undefined && !(wanted && found)) {
        // An atomic list is one value: an item more is a change of ours.
        this.differences.push(this.#owned({ path: pointer(at), kind: "extra", live: have }, at));
      } else if (want === undefined) this.#onlyLive(at, [...shape, "*"], have, was);
      else this.compare(at, [...shape, "*"], want, have, was);
    }
  }

  #onlyLive(
    path: readonly string[],
    shape: readonly string[],
    live: Json | undefined,
    last: Json | undefined,
  ): void {
    if (isAbsent(live, path) || this.#isDefaulted(shape, live as Json)) return;
    if (last !== undefined && last !== null) {
      this.differences.push(
        this.#owned({ path: pointer(path), kind: "extra", live: live as Json }, path),
      );
    } else {
      const manager = managerOf(this.#live, path);
      this.additions.push({
        path: pointer(path),
        live: live as Json,
        ...(manager ? { manager } : {}),
      });
    }
  }

  #onlyDesired(path: readonly string[], shape: readonly string[], desired: Json): void {
    if (this.#isDefaulted(shape, desired)) return;
    this.differences.push({ path: pointer(path), kind: "missing", desired });
  }

  /** A scalar default, or an object or list made of nothing but defaults. */
  #isDefaulted(shape: readonly string[], value: Json): boolean {
    if (isDefault(this.#kind, shape, value)) return true;
    if (isObject(value)) {
      const entries = Object.entries(value);
      return (
        entries.length > 0 &&
        entries.every(([key, each]) => isEmpty(each) || this.#isDefaulted([...shape, key], each))
      );
    }
    return (
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((each) => this.#isDefaulted([...shape, "*"], each))
    );
  }

  #owned(difference: FieldDifference, path: readonly string[]): FieldDifference {
    const manager = managerOf(this.#live, path);
    return manager ? { ...difference, manager } : difference;
  }
}

function isAbsent(value: Json | undefined, path: readonly string[]): boolean {
  if (value === undefined || value === null) return true;
  return (
    isEmpty(value) && !MEANINGFUL_EMPTY.has(path.at(-1) ?? "") && !/^\d+$/.test(path.at(-1) ?? "")
  );
}

function sameValue(path: readonly string[], desired: Json, live: Json): boolean {
  if (desired === live) return true;
  const [field = "", parent = ""] = [path.at(-1), path.at(-2)];
  const isScalar = (value: Json): value is string | number =>
    typeof value === "string" || typeof value === "number";
  if (!isScalar(desired) || !isScalar(live)) return false;
  if (QUANTITY_PARENTS.has(parent) || QUANTITY_FIELDS.has(field)) {
    const wanted = quantityNanos(desired);
    return wanted !== undefined && wanted === quantityNanos(live);
  }
  if (DURATION_FIELDS.has(field) && typeof desired === "string" && typeof live === "string") {
    const wanted = durationNanos(desired);
    return wanted !== undefined && wanted === durationNanos(live);
  }
  return false;
}
