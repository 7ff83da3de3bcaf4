import { createHmac } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { looksSecret } from "./looks-secret.ts";
import { isKept, type MaskingAction, type MaskingRule, segmentsOf } from "./masking-rules.ts";

type JsonObject = { readonly [key: string]: JsonValue };

export const REDACTED = "[redacted]";
/** In place of a value that seems to be a secret, whatever the rules say. */
export const SECRET_REDACTED = "[redacted: looks like a secret]";

/**
 * The envelope as one sink may have it. Rules act in their order, the first that fits a place wins,
 * and nothing below that place is looked at again. `hash` gives `hmac-sha256:<hex>` under the sink's
 * own key: the same value is the same token within a sink and another one elsewhere. Then everything
 * that looks like a secret is redacted. The input is not changed; attributes by which an event is
 * known (`KEPT_ATTRIBUTES`) are as they were.
 */
export function maskEnvelope(
  envelope: JsonObject,
  rules: readonly MaskingRule[],
  hashKey: Uint8Array,
): JsonObject {
  const compiled = rules.map(compile);
  const masked: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(envelope)) {
    if (isKept(name)) masked[name] = value;
    else put(masked, name, maskedAt(value, [name], compiled, hashKey));
  }
  return masked;
}

interface CompiledRule {
  readonly action: MaskingAction;
  fits(path: readonly string[]): boolean;
}

function compile({ at, action }: MaskingRule): CompiledRule {
  if (at.startsWith("/")) {
    const wanted = segmentsOf(at);
    const fits = (path: readonly string[]) =>
      path.length === wanted.length &&
      wanted.every((segment, index) => segment === "*" || segment === path[index]);
    return { action, fits };
  }
  const parts = at.toLowerCase().split("*");
  return { action, fits: (path) => matchesGlob(parts, (path.at(-1) ?? "").toLowerCase()) };
}

/** Whether a name is the parts in their order with anything between them: linear, without a pattern engine. */
function matchesGlob(parts: readonly string[], name: string): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}

/** The value as it may be seen there; `undefined` when it is dropped. */
function maskedAt(
  value: JsonValue,
  path: readonly string[],
  rules: readonly CompiledRule[],
  hashKey: Uint8Array,
): JsonValue | undefined {
  const rule = rules.find((each) => each.fits(path));
  const isSecret = typeof value === "string" && looksSecret(path.at(-1) ?? "", value);
  if (rule && !(isSecret && rule.action === "keep-last-4")) {
    return maskedBy(rule.action, value, hashKey);
  }
  if (isSecret) return SECRET_REDACTED;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[])
      .map((item, index) => maskedAt(item, [...path, String(index)], rules, hashKey))
      .filter((item) => item !== undefined);
  }
  const masked: Record<string, JsonValue> = {};
  for (const [name, member] of Object.entries(value as JsonObject)) {
    put(masked, name, maskedAt(member, [...path, name], rules, hashKey));
  }
  return masked;
}

/** A field's name may be a secret too. `defineProperty`, since a name may be `__proto__`. */
function put(target: Record<string, JsonValue>, name: string, value: JsonValue | undefined): void {
  if (value === undefined) return;
  const key = looksSecret("", name) ? SECRET_REDACTED : name;
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

function maskedBy(
  action: MaskingAction,
  value: JsonValue,
  hashKey: Uint8Array,
): JsonValue | undefined {
  switch (action) {
    case "drop":
      return undefined;
    case "redact":
      return REDACTED;
    case "hash":
      return `hmac-sha256:${createHmac("sha256", hashKey).update(canonicalJson(value)).digest("hex")}`;
    case "keep-last-4":
      return lastFour(value);
  }
}

/** Four letters of eight and more; of fewer they would be too much of it. */
function lastFour(value: JsonValue): string {
  if (typeof value !== "string" && typeof value !== "number") return REDACTED;
  const letters = [...String(value)];
  return letters.length < 8 ? REDACTED : `…${letters.slice(-4).join("")}`;
}
