import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { holdsKnownSecret, KNOWN_SHAPES } from "./holds-known-secret.ts";

export const MASK = "[masked]";

/** Members whose text is a secret whatever it looks like. */
const SECRET_NAME =
  /(?:^|[-_. ])(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|authorization|cookie|credential)s?$|(?:Password|Secret|Token|ApiKey|PrivateKey)$/i;
/** What stands in the place of a secret already, or only names where it is. */
const HARMLESS = /^(?:hmac-sha256:[0-9a-f]{64}|\[masked\]|\[redacted\]|\*+|)$/;

const EVERY_SHAPE = KNOWN_SHAPES.map((shape) => new RegExp(shape.source, `${shape.flags}g`));

export interface Masked<Value> {
  readonly value: Value;
  /** Dotted paths of what was masked; `$` is the value itself. */
  readonly paths: readonly string[];
}

/**
 * The same value with `[masked]` for each text that has the shape of a known secret, and for each member
 * whose name says that it is one. The rest stays as it is, byte for byte. A net with holes, as
 * `holdsKnownSecret` is.
 */
export function maskKnownSecrets(value: JsonValue): Masked<JsonValue> {
  const paths: string[] = [];
  return { value: masked(value, "", "", paths), paths };
}

/** A text with `[masked]` in the place of what looks like a secret. */
export function maskText(text: string): string {
  if (!holdsKnownSecret(text)) return text;
  const without = EVERY_SHAPE.reduce((rest, shape) => rest.replace(shape, MASK), text);
  // Two shapes may share characters: what is left of the second is not worth a guess.
  return holdsKnownSecret(without) ? MASK : without;
}

function masked(value: JsonValue, name: string, path: string, paths: string[]): JsonValue {
  if (typeof value === "string") {
    const safe = SECRET_NAME.test(name) && !HARMLESS.test(value) ? MASK : maskText(value);
    if (safe !== value) paths.push(path || "$");
    return safe;
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return value.map((each: JsonValue, at) => masked(each, name, joined(path, String(at)), paths));
  }
  const members = Object.entries(value as { [key: string]: JsonValue }).map(([key, member]) => {
    const safeKey = maskText(key);
    const place = joined(path, safeKey);
    if (safeKey !== key) paths.push(place);
    return [safeKey, masked(member, key, place, paths)] as const;
  });
  return Object.fromEntries(members);
}

function joined(path: string, step: string): string {
  return path === "" ? step : `${path}.${step}`;
}
