import { hasHiddenValue, isHiddenValue } from "#server/engines/kubernetes/hidden-value.ts";
import { isDefault } from "./defaults.ts";
import type { DiffResult, FieldDifference } from "./diff.ts";
import { isObject, type Json, type JsonObject, pointer } from "./json.ts";
import { isSetField, keyedItems } from "./list-keys.ts";
import { managerOf } from "./managed-fields.ts";
import { isAbsent, sameValue } from "./same-value.ts";

/** Goes through two objects side by side and keeps what differs and what was added. */
export class DiffWalk {
  readonly differences: FieldDifference[] = [];
  readonly additions: DiffResult["additions"] = [];
  /** Paths whose desired value is encrypted or unknown; the live one may be that secret, and isn't kept. */
  readonly hidden: string[] = [];
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
    if (isHiddenValue(desired)) {
      this.hidden.push(pointer(path));
      return;
    }
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
    if (hasHiddenValue(desired)) this.hidden.push(pointer(path));
    else if (!sameValue(path, desired as Json, live as Json)) {
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
    if (isSetField(field) && desired.some(hasHiddenValue)) {
      this.hidden.push(pointer(path));
      return;
    }
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
        entries.every(
          ([key, each]) => isAbsent(each, [key]) || this.#isDefaulted([...shape, key], each),
        )
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
