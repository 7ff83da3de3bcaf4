import { isMap, isScalar, type LineCounter, type Node, type YAMLMap } from "yaml";
import type { PolicyProblem } from "./policy.ts";
import { parsePolicyDuration } from "./policy-duration.ts";

const MAX_SECONDS = 3_650 * 86_400;

/** Reads fields of a YAML document; what is wrong becomes a problem with its line and field. */
export class YamlFields {
  readonly problems: PolicyProblem[] = [];
  readonly #lines: LineCounter;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  problem(node: Node | null | undefined, field: string, message: string): undefined {
    this.problems.push({ line: this.lineOf(node), field, message });
    return undefined;
  }

  protected duration(map: YAMLMap, key: string, field: string): number | undefined {
    const node = this.node(map, key);
    if (node === undefined)
      return this.problem(map, field, "is missing: a duration such as 90d or 1h");
    const value = isScalar(node) ? node.value : undefined;
    const seconds = typeof value === "string" ? parsePolicyDuration(value) : undefined;
    if (seconds !== undefined && seconds > MAX_SECONDS)
      return this.problem(node, field, "must be 3650d at most");
    return (
      seconds ??
      this.problem(
        node,
        field,
        `"${String(value)}" is not a duration longer than nothing: use 90d, 1h or 1h30m`,
      )
    );
  }

  protected boolean(map: YAMLMap, key: string, field: string): boolean | undefined {
    const node = this.node(map, key);
    if (node === undefined) return undefined;
    return isScalar(node) && typeof node.value === "boolean"
      ? node.value
      : this.problem(node, field, "must be true or false");
  }

  protected text(map: YAMLMap, key: string, field: string): string | undefined {
    const node = this.node(map, key);
    if (isScalar(node) && typeof node.value === "string" && node.value !== "") return node.value;
    return this.problem(node ?? map, field, node === undefined ? "is missing" : "must be text");
  }

  protected literal(map: YAMLMap, key: string, expected: string): void {
    const found = map.get(key);
    if (found !== expected) this.problem(this.node(map, key) ?? map, key, `must be ${expected}`);
  }

  protected map(map: YAMLMap, key: string, field: string): YAMLMap | undefined {
    const node = this.node(map, key);
    if (isMap(node)) return node;
    return this.problem(
      node ?? map,
      field,
      node === undefined ? "is missing" : "must be an object",
    );
  }

  /** A misspelt field must not be ignored in silence: it may be the one that matters. */
  protected only(map: YAMLMap, field: string, allowed: readonly string[]): void {
    for (const { key } of map.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!allowed.includes(name))
        this.problem(
          key as Node,
          field ? `${field}.${name}` : name,
          `is not known here: use ${allowed.join(", ")}`,
        );
    }
  }

  protected node(map: YAMLMap, key: string): Node | undefined {
    return (map.get(key, true) as Node | undefined) ?? undefined;
  }

  protected lineOf(node: Node | null | undefined): number {
    return node?.range ? this.#lines.linePos(node.range[0]).line : 1;
  }
}
