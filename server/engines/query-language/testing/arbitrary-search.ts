import fc from "fast-check";
import type { QueryEvent } from "../query-event.ts";

/** The present of the tests: 2026-11-22T05:00:00Z. */
export const NOW = Date.UTC(2026, 10, 22, 5);

const TYPES = [
  "runtime.secrets.rotated",
  "runtime.secrets.rotation-requested",
  "runtime.access.denied",
  "runtime.sec",
  "falco.rule",
];
const SUBJECTS = [
  "secret-binding/db",
  "secret-binding/api",
  "session/1",
  "secret-binding/",
  "secret-binding0",
];
const NAMES = ["Alice Smith", "alice", "Bob O'Neil", "rotation", "ALICIA"];
const SOURCES = ["console", "worker", "Worker", "keycloak"];
const WORDS = [
  "signing key",
  "Signing Key rotated",
  "key signing",
  "muscat",
  "Muscat South",
  "مسقط الجنوبية",
  "straße STRASSE",
  "ΟΔΟΣ",
  "100%",
  "international",
  "a_b",
  "%",
  "'; DROP TABLE event; --",
  "ﬁle 😀x",
];
const REFERENCES = [
  "user:0123456789abcdef0123456789abcdef",
  "worker:00000000000000000000000000000000",
];
const TRACES = [
  "4bf92f3577b34da6a3ce929d0e0e4736",
  "4bf92f3577b34da6a3ce929d0e0e4737",
  "00000000000000000000000000000001",
];
const HOUR = 3_600_000;

const text = fc.constantFrom(...WORDS);
const payload = fc.record(
  {
    region: text,
    reason: text,
    nested: fc.record({ city: text, count: fc.integer({ min: 0, max: 3 }), ok: fc.boolean() }),
    tags: fc.array(text, { maxLength: 3 }),
    nothing: fc.constant(null),
    "odd key": text,
  },
  { requiredKeys: [] },
);

/** Events over a small vocabulary, so that random queries find some of them. */
export const arbitraryEvent: fc.Arbitrary<QueryEvent> = fc.record({
  eventId: fc.uuid(),
  type: fc.constantFrom(...TYPES),
  subject: fc.constantFrom(...SUBJECTS),
  outcome: fc.constantFrom("succeeded", "denied", "failed"),
  actorKind: fc.constantFrom("user", "service", "worker", "system"),
  actorRef: fc.constantFrom(...REFERENCES),
  actorNames: fc.array(fc.constantFrom(...NAMES), { maxLength: 2 }),
  traceId: fc.constantFrom(...TRACES),
  source: fc.constantFrom(...SOURCES),
  recordedAt: fc
    .tuple(fc.integer({ min: 0, max: 240 }), fc.constantFrom(-1, 0, 1))
    .map(([hours, millis]) => new Date(NOW - hours * HOUR + millis)),
  leafIndex: fc.option(fc.bigInt({ min: 0n, max: 30n })),
  payload,
});

const quoted = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
const day = fc.integer({ min: 11, max: 23 }).map((each) => `2026-11-${each}`);
const moment = fc.oneof(
  day,
  fc.integer({ min: 0, max: 240 }).map((hours) => `${hours}h`),
  fc.constantFrom(
    "now",
    "today",
    "yesterday",
    "2026-11",
    "2026-11-20T05",
    "2026-11-21T09:00+04:00",
  ),
);
const index = fc.integer({ min: 0, max: 31 }).map(String);
const prefixes = (values: readonly string[]) =>
  fc
    .tuple(fc.constantFrom(...values), fc.integer({ min: 1, max: 16 }))
    .map(([value, length]) => `${value.slice(0, length).replace(/[^\p{L}\p{N}.-]/gu, "\\$&")}*`);
const searched = fc.oneof(
  text.map(quoted),
  fc.constantFrom(
    "alice",
    "muscat",
    "key",
    "signing",
    "rotated",
    "strasse",
    "οδος",
    "file",
    "absent",
    "denied",
    "مسقط",
    "2",
    "true",
  ),
  fc.constantFrom("sig*", "inter*", "musc*", "ali*", "οδο*", "مسق*", "stra*", "internat*", "secr*"),
);
const payloadField = fc.constantFrom(
  "region",
  "reason",
  "nested.city",
  "nested.count",
  "nested.ok",
  "tags",
  "odd\\ key",
  "none",
);
const choice = (field: string, values: readonly string[]) =>
  fc.constantFrom(...values).map((value) => `${field}:${quoted(value)}`);

const condition: fc.Arbitrary<string> = fc.oneof(
  searched,
  searched.map((value) => `actor:${value}`),
  choice("actor", [...NAMES, ...REFERENCES]),
  fc.constantFrom(...NAMES).map((value) => `actor:=${quoted(value)}`),
  fc.tuple(payloadField, searched).map(([field, value]) => `payload.${field}:${value}`),
  fc.tuple(payloadField, text).map(([field, value]) => `payload.${field}:=${quoted(value)}`),
  choice("type", TYPES),
  prefixes(TYPES).map((value) => `type:${value}`),
  choice("subject", SUBJECTS),
  prefixes(SUBJECTS).map((value) => `subject:${value}`),
  choice("source", SOURCES),
  prefixes(SOURCES).map((value) => `source:${value}`),
  choice("outcome", ["succeeded", "denied", "failed"]),
  fc.constantFrom(
    "outcome:(denied OR failed)",
    "kind:(user worker)",
    "kind:(user OR system OR worker)",
  ),
  choice("trace", TRACES),
  fc.constantFrom("trace:4b*", "trace:f*"),
  moment.map((value) => `since:${value}`),
  moment.map((value) => `until:${value}`),
  fc
    .tuple(fc.constantFrom(">", ">=", "<", "<=", "="), day)
    .map(([op, value]) => `time:${op}${value}`),
  day.map((value) => `time:${value}`),
  fc
    .tuple(
      fc.constantFrom("[", "{"),
      fc.constantFrom("2026-11-11", "240h", "*"),
      moment,
      fc.constantFrom("]", "}"),
    )
    .map(([open, from, to, close]) => `time:${open}${from} TO ${to}${close}`),
  fc
    .tuple(fc.constantFrom(">", ">=", "<", "<=", "=", ""), index)
    .map(([op, value]) => `index:${op}${value}`),
  fc.tuple(index, index).map(([from, to]) => `index:[${from} TO ${to}]`),
  fc.constant("index:*"),
);

/** Queries over the vocabulary of `arbitraryEvent`. A few are refused: such as a range that ends before it begins. */
export const arbitraryQuery: fc.Arbitrary<string> = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    condition,
    fc
      .array(tie("query"), { minLength: 2, maxLength: 3 })
      .map((parts) => `(${parts.join(" OR ")})`),
    fc.array(tie("query"), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(" ")})`),
    tie("query").map((query) => `-(${query})`),
  ),
})).query;
