import type { JsonValue } from "../canonical-json/canonical-json.ts";

/** What stands where erased content was. */
export const ERASED = "[erased]";

export interface Person {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string;
}

/** What was said in payloads that are erased, as copies of it are recognized by. */
export interface ErasedContent {
  /** Whole texts. */
  readonly texts: ReadonlySet<string>;
  /** Those that are more than a word: also found inside of a longer text. The longest first. */
  readonly passages: readonly string[];
  /** Whose acts these were, where a person's whole trail is erased. */
  readonly people: readonly Person[];
}

/** Under these keys people's own words stand; under others only what has a space, an `@` or letters beyond ASCII. */
const KEYS_OF_WORDS = new Set(
  `reason note comment text detail description message words caseRef question answer query why conclusion evidence name
   displayName label title email justification purpose finding`.split(/\s+/),
);
/** Ids, digests, times and numbers say nothing of a person, and stand in every second row. */
const MACHINE_MADE =
  /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(sha256:)?[0-9a-f]{32,}|\d{4}-\d\d-\d\dT[\d:.]+Z|[\d.,:-]+)$/i;
const LEAST_LETTERS = 3;
const LEAST_PASSAGE = 8;

/** What every event says of who did it and how it came is no content of its own. */
const OF_EVERY_EVENT = new Set(["actor", "requestId", "policyDecision"]);

/** The content of payloads. With `ofActor` also whose acts they were. */
export function contentOf(
  payloads: readonly JsonValue[],
  { ofActor }: { ofActor: boolean },
): ErasedContent {
  const texts = new Set<string>();
  const people = new Map<string, Person>();
  for (const payload of payloads) {
    if (!isRecord(payload)) continue;
    for (const [key, value] of Object.entries(payload)) {
      if (!OF_EVERY_EVENT.has(key)) collect(value, key, texts);
    }
    const actor = ofActor ? personOf(payload.actor) : undefined;
    if (actor) people.set(`${actor.issuer}|${actor.subject}|${actor.name}`, actor);
  }
  const passages = [...texts]
    .filter((text) => text.length >= LEAST_PASSAGE && /[\s@]/.test(text))
    .sort((a, b) => b.length - a.length);
  return { texts, passages, people: [...people.values()] };
}

/** The text without that content; the same string when it has none of it. */
export function textWithout(text: string, content: ErasedContent): string {
  if (content.texts.has(text.trim())) return ERASED;
  let left = text;
  for (const passage of content.passages) {
    if (left.includes(passage)) left = left.replaceAll(passage, ERASED);
  }
  return left;
}

/** The same for the texts below keys that words stand under, and for names of whose acts were erased. */
export function jsonWithout(value: JsonValue, content: ErasedContent, key = ""): JsonValue {
  if (typeof value === "string") {
    return isWords(key, value) ? textWithout(value, content) : value;
  }
  if (Array.isArray(value)) {
    return value.map((each: JsonValue) => jsonWithout(each, content, key));
  }
  if (!isRecord(value)) return value;
  const person = personOf(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      // A name beside an identity is that person's, whatever else was said of the same name.
      if (person && name === "name") return [name, nameWithout(person.name, person, content)];
      return [name, jsonWithout(each, content, name)];
    }),
  );
}

/** A person's name: goes with the identity beside it; where none is known, by being the same. */
export function nameWithout(
  name: string,
  identity: Omit<Person, "name"> | null,
  content: ErasedContent,
): string {
  const isTheirs = content.people.some((person) =>
    identity
      ? person.issuer === identity.issuer && person.subject === identity.subject
      : person.name === name,
  );
  return isTheirs ? ERASED : name;
}

/** The values of an address's query (`a=1&b=2`), which are written another way there. */
export function paramsWithout(params: string, content: ErasedContent): string {
  const parsed = new URLSearchParams(params);
  let isChanged = false;
  const left = [...parsed].map(([name, value]) => {
    const kept = textWithout(value, content);
    if (kept !== value) isChanged = true;
    return [name, kept];
  });
  return isChanged ? new URLSearchParams(left).toString() : textWithout(params, content);
}

/** What was sealed: the same, and a JSON text in it goes whole when it says any of it, under whichever key. */
export function sealedWithout(value: JsonValue, content: ErasedContent): JsonValue {
  if (!isRecord(value)) return jsonWithout(value, content);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const inner = typeof each === "string" ? parsedObject(each) : undefined;
      if (inner === undefined) return [key, jsonWithout(each, content, key)];
      return [key, saysAny(inner, content) ? ERASED : each];
    }),
  );
}

function saysAny(value: JsonValue, content: ErasedContent): boolean {
  if (typeof value === "string") return textWithout(value, content) !== value;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value as object).some((each: JsonValue) => saysAny(each, content));
}

function parsedObject(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function collect(value: JsonValue, key: string, texts: Set<string>): void {
  if (typeof value === "string") {
    const text = value.trim();
    if (text.length >= LEAST_LETTERS && !MACHINE_MADE.test(text) && isWords(key, text)) {
      texts.add(text);
    }
  } else if (Array.isArray(value)) {
    for (const each of value) collect(each, key, texts);
  } else if (isRecord(value)) {
    // A person named in a payload is not what it was about: their name goes with their own trail.
    const isPerson = personOf(value) !== undefined;
    for (const [name, each] of Object.entries(value)) {
      if (!isPerson || name !== "name") collect(each, name, texts);
    }
  }
}

const isWords = (key: string, text: string) =>
  KEYS_OF_WORDS.has(key) || /[\s@]|[^\x20-\x7e]/.test(text);

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function personOf(value: JsonValue | undefined): Person | undefined {
  if (!isRecord(value)) return undefined;
  const { issuer, subject, name } = value;
  return typeof issuer === "string" && typeof subject === "string" && typeof name === "string"
    ? { issuer, subject, name }
    : undefined;
}
