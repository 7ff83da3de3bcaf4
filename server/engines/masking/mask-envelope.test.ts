import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { holdsKnownSecret } from "../secret-shapes/holds-known-secret.ts";
import { maskEnvelope, REDACTED, SECRET_REDACTED } from "./mask-envelope.ts";
import {
  KEPT_ATTRIBUTES,
  MASKING_ACTIONS,
  type MaskingRule,
  MaskingRules,
} from "./masking-rules.ts";

const key = Buffer.alloc(32, 1);
const other = Buffer.alloc(32, 2);
const envelope = {
  specversion: "1.0",
  id: "0190-1",
  source: "//log/t",
  type: "runtime.secrets.rotated",
  subject: "secret-binding/1",
  time: "2026-11-22T10:00:00Z",
  tenant: "t",
  principal: "actor-1",
  data: {
    actor: { name: "Maryam Al Said", Email: "maryam@example.om", card: "4111111111111111" },
    notes: [{ text: "one" }, { text: "two" }],
    "a/b": "slash",
    count: 12345678,
  },
};
const mask = (...rules: MaskingRule[]) => maskEnvelope(envelope, rules, key) as typeof envelope;

describe("rules", () => {
  test("drop leaves nothing of the field", () => {
    expect(mask({ at: "/data/actor/name", action: "drop" }).data.actor).toEqual({
      Email: "maryam@example.om",
      card: "4111111111111111",
    });
  });

  test("redact takes all that is below", () => {
    expect(mask({ at: "/data/actor", action: "redact" }).data.actor).toBe(REDACTED);
  });

  test("hash is the same within a sink, another in the next, and tells kinds apart", () => {
    const rules: MaskingRule[] = [{ at: "name", action: "hash" }];
    const of = (name: JsonValue, by = key) => maskEnvelope({ data: { name } }, rules, by);
    expect(of("1")).toEqual(of("1"));
    expect(of("1")).toEqual({
      data: { name: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) },
    });
    expect(of("1")).not.toEqual(of("1", other));
    expect(of("1")).not.toEqual(of(1));
    expect(of({ a: 1, b: 2 })).toEqual(of({ b: 2, a: 1 }));
  });

  test("keep-last-4 of eight letters and more, nothing of fewer", () => {
    const masked = mask(
      { at: "card", action: "keep-last-4" },
      { at: "/data/count", action: "keep-last-4" },
      { at: "text", action: "keep-last-4" },
    );
    expect(masked.data.actor.card).toBe("…1111");
    expect(masked.data.count).toBe("…5678");
    expect(masked.data.notes).toEqual([{ text: REDACTED }, { text: REDACTED }]);
  });

  test("a name counts at any depth, without regard to case; * is any letters", () => {
    const masked = mask({ at: "*mail", action: "redact" }, { at: "PRINCIPAL", action: "drop" });
    expect(masked.data.actor.Email).toBe(REDACTED);
    expect(masked).not.toHaveProperty("principal");
    expect(mask({ at: "e*mail*l", action: "redact" }).data.actor.Email).toBe("maryam@example.om");
  });

  test("a pointer says one place, with ~1 for a slash and * for any part", () => {
    expect(mask({ at: "/data/a~1b", action: "redact" }).data["a/b"]).toBe(REDACTED);
    expect(mask({ at: "/data/notes/1/text", action: "redact" }).data.notes).toEqual([
      { text: "one" },
      { text: REDACTED },
    ]);
    expect(mask({ at: "/data/notes/*", action: "drop" }).data.notes).toEqual([]);
  });

  test("the first rule that fits wins", () => {
    const masked = mask(
      { at: "/data/actor/name", action: "redact" },
      { at: "name", action: "drop" },
    );
    expect(masked.data.actor.name).toBe(REDACTED);
  });
});

test.each([
  ["", "must say what it masks"],
  ["*", "would mask everything"],
  ["**", "would mask everything"],
  ["data/actor", "must be a field's name"],
  ["/data/~2", "must be a JSON pointer"],
  ["/id", "is never masked"],
  ["/type", "is never masked"],
  ["/*/name", "must begin with a field"],
])("refused: %s", (at, message) => {
  const { error } = MaskingRules.safeParse([{ at, action: "drop" }]);
  expect(error?.issues).toMatchObject([
    { path: [0, "at"], message: expect.stringContaining(message) },
  ]);
});

const secrets = [
  "-----BEGIN PRIVATE KEY-----\nMIIB",
  `hvs.${"a1B2".repeat(8)}`,
  "AKIAIOSFODNN7EXAMPLE",
  `ghp_${"a".repeat(36)}`,
  "password: correct-horse",
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.constantFrom(...secrets),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("name", "email", "id", "__proto__", ...secrets)),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
})).value as fc.Arbitrary<JsonValue>;
const rules = fc.array(
  fc.record({
    at: fc.constantFrom("name", "*mail", "id", "type", "/data/name", "/data/*", "/other", "*a*"),
    action: fc.constantFrom(...MASKING_ACTIONS),
  }),
  { maxLength: 4 },
);
const documents = fc.record({ data: json, other: json }).map((rest) => ({ ...envelope, ...rest }));

function* stringsIn(value: JsonValue): Generator<string> {
  if (typeof value === "string") yield value;
  else if (value && typeof value === "object") {
    for (const [name, member] of Object.entries(value)) {
      yield name;
      yield* stringsIn(member as JsonValue);
    }
  }
}

test("whatever the rules: no secret shape is left, what events are known by is as it was, twice is the same", () => {
  fc.assert(
    fc.property(documents, rules, (document, chosen) => {
      const before = JSON.stringify(document);
      const masked = maskEnvelope(document, chosen, key);
      for (const text of stringsIn(masked)) expect(holdsKnownSecret(text)).toBe(false);
      for (const name of KEPT_ATTRIBUTES) {
        expect(masked[name]).toEqual((document as Record<string, unknown>)[name]);
      }
      expect(JSON.stringify(maskEnvelope(document, chosen, key))).toBe(JSON.stringify(masked));
      expect(JSON.stringify(document)).toBe(before);
    }),
  );
});

test("without a rule only what looks like a secret changes", () => {
  const clean = { data: { name: "a", list: [1, null, { deep: true }] } };
  expect(maskEnvelope(clean, [], key)).toEqual(clean);
  const found = { data: { text: "use AKIAIOSFODNN7EXAMPLE", apiKey: "9f8e7d6c5b4a", tokens: 12 } };
  expect(maskEnvelope(found, [{ at: "apiKey", action: "keep-last-4" }], key)).toEqual({
    data: { text: SECRET_REDACTED, apiKey: SECRET_REDACTED, tokens: 12 },
  });
});

test("a marked value is nowhere in what its rule leaves", () => {
  const place = fc.constantFrom("drop", "redact", "hash", "keep-last-4" as const);
  fc.assert(
    fc.property(json, place, (around, action) => {
      const document = { data: { around, victim: { inner: "canary-canary-canary" } } };
      const masked = maskEnvelope(document, [{ at: "victim", action }], key);
      expect(JSON.stringify(masked)).not.toContain("canary");
    }),
  );
});
