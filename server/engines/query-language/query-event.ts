import type { JsonValue } from "../canonical-json/canonical-json.ts";

/** What the language can ask of an event, its payload decrypted. */
export interface QueryEvent {
  readonly eventId: string;
  readonly type: string;
  readonly subject: string;
  readonly outcome: string;
  readonly actorKind: string;
  /** The pseudonym, `<kind>:<32 hexadecimal digits>`. */
  readonly actorRef: string;
  /** What the actor is called: display name, subject, component. Gone once the payload is erased. */
  readonly actorNames: readonly string[];
  readonly traceId: string;
  readonly source: string;
  readonly recordedAt: Date;
  /** Null while the event is not sealed. */
  readonly leafIndex: bigint | null;
  readonly payload: JsonValue;
}

/** Where words are looked for: anywhere, in the actor's names, or in one payload field. */
export type Scope = "text" | "actor" | `payload.${string}`;

/** Fields that free text leaves out: what people searched for would else be found by searching for it. */
export const QUIET_SCOPES: ReadonlySet<string> = new Set(["payload.search.query"]);

/** The texts of an event by scope. Free text covers type, subject, actor and the payload's values. */
export function textsOf(event: QueryEvent): Map<Scope, readonly string[]> {
  const texts = new Map<Scope, string[]>();
  const all = [event.type, event.subject, ...event.actorNames];
  for (const [path, text] of leavesOf(event.payload, "")) {
    const scope: Scope = `payload.${path}`;
    texts.set(scope, [...(texts.get(scope) ?? []), text]);
    if (!QUIET_SCOPES.has(scope)) all.push(text);
  }
  return new Map<Scope, readonly string[]>([...texts, ["text", all], ["actor", event.actorNames]]);
}

/** Arrays add nothing to the path: each element is a value of the field that holds the array. */
function leavesOf(value: JsonValue | undefined, path: string): [path: string, text: string][] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "object") return path === "" ? [] : [[path, String(value)]];
  if (Array.isArray(value)) return value.flatMap((element: JsonValue) => leavesOf(element, path));
  return Object.entries(value).flatMap(([key, member]) =>
    leavesOf(member as JsonValue, path === "" ? key : `${path}.${key}`),
  );
}
