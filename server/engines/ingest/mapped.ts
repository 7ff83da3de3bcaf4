import type { JsonValue } from "../canonical-json/canonical-json.ts";
import type { EventFault, JsonObject } from "../cloud-events/cloud-event.ts";

/** What in an event tells whose it is; who looks it up is the caller. */
export type Home =
  | { readonly kind: "namespace"; readonly name: string }
  /** Names that may be a tenant's, the likeliest first. */
  | { readonly kind: "tenant"; readonly names: readonly string[] }
  | { readonly kind: "realm"; readonly name: string }
  /** Whoever owns the source. */
  | { readonly kind: "source" };

/** One event of a source as an envelope of CloudEvents 1.0; or what it sent, with what is wrong. */
export interface MappedEvent {
  readonly original: JsonValue;
  readonly fault?: EventFault;
  readonly home: Home;
}

/** What a source wrote, as the events in it. Pure; `origin` names the source: a cluster, a vault. */
export type Mapper = (written: JsonValue, origin: string) => MappedEvent[];

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function objectAt(value: JsonValue | undefined, ...path: string[]): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

export function textAt(value: JsonValue | undefined, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

export function numberAt(value: JsonValue | undefined, ...path: string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: JsonValue | undefined, ...path: string[]): readonly JsonValue[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

function at(value: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (found, step) => (isObject(found) ? found[step] : undefined),
    value,
  );
}

/** Members that are there, in their order. */
export function present(members: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  ) as JsonObject;
}

export function malformed(original: JsonValue, field: string | null, detail: string): MappedEvent {
  return { original, fault: { reason: "malformed", field, detail }, home: { kind: "source" } };
}

/** A part of a type: `Terminal shell in container` is `terminal-shell-in-container`. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 80);
}

/** A text as a segment of a URI reference. */
export function segment(text: string): string {
  return encodeURIComponent(text).slice(0, 200);
}

/** At most so many characters, without half of one. */
export function upTo(text: string | undefined, most: number): string | undefined {
  return text === undefined ? undefined : [...text.slice(0, most * 2)].slice(0, most).join("");
}
