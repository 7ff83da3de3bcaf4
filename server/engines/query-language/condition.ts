import type { Scope } from "./query-event.ts";

/** Clear columns that hold text, compared byte by byte. */
export type TextColumn =
  | "type"
  | "subject"
  | "outcome"
  | "actorKind"
  | "actorRef"
  | "traceId"
  | "source";

/**
 * A checked query: what evaluator and compilers work from. Times are milliseconds since 1970,
 * intervals include their beginning and leave out their end; null is open.
 */
export type Condition =
  /** `and` of nothing: every event. */
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "equals"; readonly column: TextColumn; readonly value: string }
  | { readonly kind: "prefix"; readonly column: TextColumn; readonly prefix: string }
  | { readonly kind: "event"; readonly eventId: string }
  | { readonly kind: "time"; readonly from: number | null; readonly until: number | null }
  /** Unsealed events have no index and are in no interval, not even in the open one. */
  | { readonly kind: "index"; readonly from: bigint | null; readonly until: bigint | null }
  /** One word, or several of which each two neighbours stand side by side somewhere in the scope. */
  | { readonly kind: "words"; readonly scope: Scope; readonly words: readonly string[] }
  | { readonly kind: "word-prefix"; readonly scope: Scope; readonly prefix: string }
  /** The whole value, exactly. */
  | { readonly kind: "whole"; readonly scope: Scope; readonly value: string };

export const EVERY_EVENT: Condition = { kind: "and", of: [] };
