import { expect, test } from "vitest";
import { digestOf, EVIDENCE_FORMAT, sealedDocument, verifyEvidence } from "./evidence-document.ts";

const facts = [
  {
    code: "reader-human",
    verdict: "violates",
    source: { kind: "vault", name: "openbao" },
    params: { reader: "sara" },
    peer: null,
    objects: ["Policy shop-read"],
  },
];
const sound = () =>
  sealedDocument({
    format: EVIDENCE_FORMAT,
    tenant: "shop",
    state: "violated",
    facts,
    factsDigest: digestOf(facts),
    changes: [{ state: "violated" }],
  });
const faults = (document: unknown) =>
  verifyEvidence(document)
    .filter(({ isSound }) => !isSound)
    .map(({ name }) => name);

test("an untouched document is sound, whatever the order of its fields", () => {
  const document = JSON.parse(JSON.stringify(sound())) as Record<string, unknown>;
  expect(faults(document)).toEqual([]);
  expect(faults(Object.fromEntries(Object.entries(document).reverse()))).toEqual([]);
});

test("each thing that is altered is told apart", () => {
  expect(faults({ ...sound(), tenant: "other" })).toEqual(["document"]);
  const milder = [{ ...facts[0], verdict: "notes" }];
  expect(faults({ ...sound(), facts: milder })).toEqual(["document", "facts", "state"]);
  // Someone who computes the digests again is still found by what the facts say.
  const { documentDigest: _, ...rest } = { ...sound(), state: "verified" };
  expect(faults(sealedDocument(rest))).toEqual(["state", "last-change"]);
  expect(faults({ format: "else" })).toEqual(["format"]);
  expect(faults([])).toEqual(["format"]);
});
