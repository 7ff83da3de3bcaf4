import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { policyProblems } from "#server/engines/deployments/environment-policy.ts";
import { parseImageReference } from "#server/engines/deployments/image-reference.ts";
import { DEPLOYMENT_STATES, isWaiting } from "#server/engines/deployments/state-machine.ts";
import { elevationProblems } from "#server/engines/elevation/elevation-policy.ts";
import { Rotator } from "#server/features/rotation/schema.ts";
import { notTakenBackSaid, whyNotTakenBack } from "#server/features/rotation/taking-back.ts";
import { whyNotAutomatic } from "#server/features/rotation/why-not-automatic.ts";
import { inputSaid } from "#server/platform/errors/input-said.ts";
import arabic from "../../messages/ar/refusals.json" with { type: "json" };
import english from "../../messages/en/refusals.json" with { type: "json" };

const SERVER = join(import.meta.dirname, "../../server");

/** The keys that verbs name as they stand. */
function keysInCode(): string[] {
  return readdirSync(SERVER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .flatMap((name) => [
      ...readFileSync(join(SERVER, name), "utf8").matchAll(/said: \{\s*key: ([^,}`]+)/g),
    ])
    .flatMap(([, key = ""]) => [
      ...key.replace(/=== "[^"]+"/, "").matchAll(/"([\w.-]+\.?[\w-]+)"/g),
    ])
    .map(([, key = ""]) => key);
}

const KINDS = Rotator.options.map(({ shape }) => shape.kind.value);
const rotatorOf = (kind: string) => ({ kind, missing: "{missing}" }) as unknown as Rotator;

/** And those that follow from what an engine found. */
const FOUND = [
  ...DEPLOYMENT_STATES.filter((state) => !isWaiting(state)).map((state) => `already.${state}`),
  ...["x", "host.example/x", "x@sha256:0", "host.example/x@sha256:0"]
    .map(parseImageReference)
    .filter((problem) => typeof problem === "string")
    .map((problem) => `image.${problem}`),
  ...policyProblems(
    {
      groups: [
        { role: "developer", count: 1 },
        { role: "developer", count: 1 },
      ],
      windows: [{ days: [1], start: "10:00", end: "11:00", timeZone: "Nowhere" }],
      waitingSeconds: 10,
      expirySeconds: 5,
      requiresElevation: false,
      provenance: "slsa-3",
      trustedRegistries: [],
      supersedesWaiting: true,
    },
    [{ role: "sovereign-admin", count: 1 }],
    new Date("2026-11-22T00:00:00Z"),
  ).map(({ code }) => `policy.${code}`),
  ...KINDS.filter((kind) => whyNotAutomatic(rotatorOf(kind))).map((kind) => `notAutomatic.${kind}`),
  ...KINDS.filter((kind) => whyNotTakenBack(kind)).map((kind) => notTakenBackSaid(kind).key),
  ...elevationProblems(
    {
      groups: [
        { role: "developer", count: 1 },
        { role: "developer", count: 1 },
      ],
      offers: [{ roles: ["developer"], scopes: [] }],
    },
    [{ role: "sovereign-admin", count: 1 }],
    () => false,
  ).map(({ code }) => `elevation.${code}`),
];

/** What the schemas of sinks and their masking rules say, as `inputSaid` makes keys of it. */
const SCHEMA_WORDS = ["engines/delivery/sink-kinds.ts", "engines/masking/masking-rules.ts"].flatMap(
  (path) =>
    [...readFileSync(join(SERVER, path), "utf8").matchAll(/"((?:must|would) [^"]+)"/g)].map(
      ([, words = ""]) => inputSaid(words, "field").key,
    ),
);

/** And the one function that makes keys of the words of a public key's faults. */
const RECIPIENT_WORDS = [
  ...readFileSync(join(SERVER, "features/onboarding/recipient-key.ts"), "utf8").matchAll(
    /["`]((?:must|is a) [^"`]+)["`]/g,
  ),
].map(([, words = ""]) => inputSaid(words.replace(/\$\{.*\}/, "3072"), "recipientKey").key);

const sentenceOf = (messages: unknown, key: string) =>
  key
    .split(".")
    .reduce<unknown>((tree, part) => (tree as Record<string, unknown>)?.[part], messages);

it("each key of a refusal has its sentence in English and in Arabic", () => {
  const keys = [...new Set([...keysInCode(), ...FOUND, ...SCHEMA_WORDS, ...RECIPIENT_WORDS])];
  expect(keys.length).toBeGreaterThan(220);
  for (const key of keys) {
    expect(sentenceOf(english, key), key).toEqual(expect.any(String));
    expect(sentenceOf(arabic, key), key).toMatch(/\p{Script=Arabic}/u);
  }
});

it("why a kind of credential is not rotated, or not taken back, is the same in English", () => {
  for (const kind of KINDS) {
    const refusal = whyNotAutomatic(rotatorOf(kind));
    if (refusal)
      expect(sentenceOf(english, `notAutomatic.${kind}`)).toBe(
        `${refusal.why}${kind === "none" ? "." : ""} ${refusal.remedy}`,
      );
    const why = whyNotTakenBack(kind);
    if (why) expect(sentenceOf(english, notTakenBackSaid(kind).key)).toBe(why);
  }
});
