import canonicalize from "canonicalize";

/** What JSON can say: nothing else may be hashed or signed. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * The RFC 8785 text of a JSON value. Throws `TypeError`, naming the path, on anything that JSON
 * would drop or change silently (undefined, NaN, Date, class instances, sparse arrays, cycles,
 * lone surrogates): a signature must cover what the caller meant, so nothing is coerced.
 */
export function canonicalJson(value: JsonValue): string {
  refuseNonJson(value, "$", new Set());
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("$ is not a JSON value");
  return text;
}

function refuseNonJson(value: unknown, path: string, ancestors: Set<object>): void {
  switch (typeof value) {
    case "boolean":
      return;
    case "string":
      if (!value.isWellFormed()) throw new TypeError(`${path} holds a lone surrogate`);
      return;
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${path} is not a finite number`);
      return;
    case "object":
      break;
    default:
      throw new TypeError(`${path} is ${typeof value}, which JSON cannot say`);
  }
  if (value === null) return;
  if (ancestors.has(value)) throw new TypeError(`${path} refers to itself`);
  ancestors.add(value);
  if (Array.isArray(value)) refuseInArray(value, path, ancestors);
  else refuseInObject(value, path, ancestors);
  ancestors.delete(value);
}

function refuseInArray(value: unknown[], path: string, ancestors: Set<object>): void {
  if (Object.getPrototypeOf(value) !== Array.prototype || "toJSON" in value) {
    throw new TypeError(`${path} is not a plain array`);
  }
  if (Reflect.ownKeys(value).length !== value.length + 1) {
    throw new TypeError(`${path} has holes or named members`);
  }
  value.forEach((item, index) => {
    refuseNonJson(item, `${path}[${index}]`, ancestors);
  });
}

function refuseInObject(value: object, path: string, ancestors: Set<object>): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${path} is an instance of ${prototype.constructor?.name ?? "a class"}`);
  }
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (typeof key === "symbol") throw new TypeError(`${path} has a symbol key`);
    if (!property?.enumerable || !("value" in property)) {
      throw new TypeError(`${path}.${key} is not a plain member`);
    }
    if (!key.isWellFormed()) throw new TypeError(`${path} has a key with a lone surrogate`);
    if (key === "toJSON" && typeof property.value === "function") {
      throw new TypeError(`${path} has its own toJSON`);
    }
    refuseNonJson(property.value, `${path}.${key}`, ancestors);
  }
}
