import type { EntityKind } from "#server/platform/entity-id.ts";

/** Whose record an id stands for. */
export type IdSource = "own" | "foreign" | "absent";

/** An id that is chosen when the call is made, from what exists then. */
export class IdSlot {
  readonly kind: EntityKind;
  readonly source: IdSource;
  readonly pick: number;

  constructor(kind: EntityKind, source: IdSource, pick: number) {
    this.kind = kind;
    this.source = source;
    this.pick = pick;
  }
}

/** A page's cursor: one that a page of the own or the foreign tenant gave, or rubbish. */
export class CursorSlot {
  readonly source: IdSource;
  readonly pick: number;

  constructor(source: IdSource, pick: number) {
    this.source = source;
    this.pick = pick;
  }
}

/** Free text that carries the caller's canary, so that whatever a verb stores can be told apart. */
export class TextSlot {
  readonly text: string;
  readonly max: number;

  constructor(text: string, max: number) {
    this.text = text;
    this.max = max;
  }
}

/** Text of a form of its own (YAML, say): `%canary%` and `%tenant%` stand for the caller's. */
export class FormSlot {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** `<kind>/<id>` in a text that is not an id field. */
export class ReferenceSlot {
  readonly id: IdSlot;

  constructor(id: IdSlot) {
    this.id = id;
  }
}

export interface Resolver {
  id(slot: IdSlot): string;
  cursor(slot: CursorSlot): string;
  canary: string;
  tenant: string;
}

/** The input with every slot filled in. */
export function fillIn(value: unknown, resolver: Resolver): unknown {
  if (value instanceof IdSlot) return resolver.id(value);
  if (value instanceof CursorSlot) return resolver.cursor(value);
  if (value instanceof TextSlot)
    return `${resolver.canary} ${value.text}`.slice(0, value.max).trim();
  if (value instanceof FormSlot)
    return value.text
      .replaceAll("%canary%", resolver.canary)
      .replaceAll("%tenant%", resolver.tenant);
  if (value instanceof ReferenceSlot) {
    return `${value.id.kind.replaceAll(" ", "-")}/${resolver.id(value.id)}`;
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, resolver));
  if (
    value !== null &&
    typeof value === "object" &&
    Object.getPrototypeOf(value) !== Date.prototype
  ) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, fillIn(item, resolver)]),
    );
  }
  return value;
}

/** Whether anything in it stands for another tenant's record. */
export function namesForeign(value: unknown): boolean {
  if (value instanceof IdSlot || value instanceof CursorSlot) return value.source === "foreign";
  if (value instanceof ReferenceSlot) return namesForeign(value.id);
  if (value instanceof TextSlot || value instanceof FormSlot || value instanceof Date) return false;
  if (value !== null && typeof value === "object") return Object.values(value).some(namesForeign);
  return false;
}
