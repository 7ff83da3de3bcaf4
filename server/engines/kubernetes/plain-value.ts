const MAX_DEPTH = 100;
const MAX_VALUES = 5_000_000;

export const NO_TEXT = "text with half a character or with a zero byte";
export const NO_NUMBER = "a number that Kubernetes can't hold";

/** Neither Kubernetes nor a database keeps other text. */
export function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Why a parsed value is none that Kubernetes could hold. */
export class PlainValueError extends Error {}

/**
 * The value as a tree: aliases may have made it a graph. Merge keys (`<<`) are carried out, as `kubectl`
 * does. Throws PlainValueError for a cycle, for what is nested too deeply or has far too many values.
 */
export function plainValue(root: unknown): unknown {
  const path = new Set<object>();
  const done = new Map<object, unknown>();
  let count = 0;

  function plain(value: unknown): unknown {
    count += 1;
    if (count > MAX_VALUES) throw new PlainValueError(`more than ${MAX_VALUES} values`);
    if (typeof value === "string") {
      if (!isText(value)) throw new PlainValueError(NO_TEXT);
      return value;
    }
    if (typeof value === "number" && !Number.isFinite(value)) throw new PlainValueError(NO_NUMBER);
    if (typeof value !== "object" || value === null) return value;
    const known = done.get(value);
    if (known !== undefined) return known;
    if (path.has(value)) throw new PlainValueError("an alias that names what it is in");
    if (path.size > MAX_DEPTH) throw new PlainValueError(`nested deeper than ${MAX_DEPTH} levels`);
    path.add(value);
    const made = Array.isArray(value) ? value.map(plain) : object(value);
    path.delete(value);
    done.set(value, made);
    return made;
  }

  function object(value: object): Record<string, unknown> {
    const entries = Object.entries(value).map(([key, each]) => [key, plain(each)] as const);
    if (entries.some(([key]) => key === "__proto__" || !isText(key))) {
      throw new PlainValueError("a key that can't be one");
    }
    const merge = entries.find(([key]) => key === "<<")?.[1];
    if (merge === undefined) return Object.fromEntries(entries);
    // YAML's merge: own keys win, then the first of several sources.
    const sources = (Array.isArray(merge) ? merge : [merge]).toReversed();
    if (!sources.every((each) => typeof each === "object" && each !== null)) {
      throw new PlainValueError("a merge key (<<) that names no map");
    }
    const own = entries.filter(([key]) => key !== "<<");
    return Object.assign({}, ...sources, Object.fromEntries(own));
  }

  return plain(root);
}
