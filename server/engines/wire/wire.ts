/*
 * What goes between the console's own screens and its procedures: JSON in which a date or a big
 * integer is a text with a mark before it, and a text that begins with the mark has it twice.
 * One walk each way, without a table of paths beside the data.
 */
const MARK = "@";
const DEEPEST = 200;

/** For tRPC, at both ends. Everything stands under `json`, so that a plain request is written by hand. */
export const wire = {
  serialize: (value: unknown): { json: unknown } => ({ json: toWire(value) }),
  deserialize: (sent: { json?: unknown } | null | undefined): unknown => fromWire(sent?.json),
};

/** A copy that `JSON.stringify` can write; parts without dates are not copied. Throws `TypeError` for what can't be sent. */
export function toWire(value: unknown): unknown {
  return marked(value, 0);
}

/** What `toWire` was given, from what `JSON.parse` read; changes its argument. */
export function fromWire(value: unknown): unknown {
  return unmarked(value, 0);
}

function marked(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return value.startsWith(MARK) ? MARK + value : value;
    case "bigint":
      return `${MARK}n${value}`;
    case "number":
      if (!Number.isFinite(value)) throw new TypeError("a number that is none can't be sent");
      return value;
    case "function":
    case "symbol":
      throw new TypeError(`a ${typeof value} can't be sent`);
    case "object":
      return value === null ? null : markedObject(value, depth);
    default:
      return value;
  }
}

function markedObject(value: object, depth: number): unknown {
  if (depth > DEEPEST) throw new TypeError("nested too deep to be sent");
  if (value instanceof Date) return `${MARK}d${value.toISOString()}`;
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined;
    for (let at = 0; at < value.length; at++) {
      const item = marked(value[at], depth + 1);
      if (item === value[at]) continue;
      copy ??= [...value];
      copy[at] = item;
    }
    return copy ?? value;
  }
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) {
    if ("toJSON" in value && typeof value.toJSON === "function") {
      return marked(value.toJSON(), depth + 1);
    }
    throw new TypeError(`a ${value.constructor?.name ?? "strange object"} can't be sent`);
  }
  const source = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(source)) {
    const item = marked(source[key], depth + 1);
    if (item === source[key]) continue;
    copy ??= { ...source };
    copy[key] = item;
  }
  return copy ?? value;
}

function unmarked(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.startsWith(MARK) ? unmarkedText(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) throw new TypeError("nested too deep");
  const source = value as Record<string, unknown>;
  for (const key of Object.keys(source)) {
    const item = unmarked(source[key], depth + 1);
    if (item !== source[key]) source[key] = item;
  }
  return source;
}

function unmarkedText(text: string): unknown {
  const rest = text.slice(2);
  switch (text[1]) {
    case MARK:
      return text.slice(1);
    case "d": {
      const date = new Date(rest);
      if (Number.isNaN(date.getTime())) throw new TypeError("not a date");
      return date;
    }
    case "n":
      if (!/^-?\d{1,40}$/.test(rest)) throw new TypeError("not an integer");
      return BigInt(rest);
    default:
      throw new TypeError("an unknown mark");
  }
}
