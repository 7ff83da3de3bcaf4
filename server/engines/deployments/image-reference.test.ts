import fc from "fast-check";
import { expect, test } from "vitest";
import {
  imageText,
  isRegistry,
  isTrusted,
  parseImageReference,
  sortedDigests,
} from "./image-reference.ts";

const DIGEST = `sha256:${"a1".repeat(32)}`;

test.each([
  [`registry.example/team/checkout@${DIGEST}`, "registry.example/team/checkout", null],
  [`registry.example:5000/checkout:1.2.3@${DIGEST}`, "registry.example:5000/checkout", "1.2.3"],
  [`localhost/a__b/c-d@${DIGEST}`, "localhost/a__b/c-d", null],
])("%s is read", (text, repository, tag) => {
  expect(parseImageReference(text)).toEqual({ repository, tag, digest: DIGEST });
});

test.each([
  ["registry.example/checkout:1.2.3", "no-digest"],
  ["registry.example/checkout", "no-digest"],
  [`checkout@${DIGEST}`, "no-registry"],
  [`library/checkout@${DIGEST}`, "no-registry"],
  ["registry.example/checkout@sha256:abc", "bad-digest"],
  [`registry.example/checkout@sha512:${"a".repeat(128)}`, "bad-digest"],
  [`registry.example/checkout@${DIGEST.toUpperCase()}`, "bad-digest"],
  [`registry.example/Checkout@${DIGEST}`, "not-a-reference"],
  [`registry.example/../etc@${DIGEST}`, "not-a-reference"],
  [`registry.example/checkout@${DIGEST}@${DIGEST}`, "not-a-reference"],
  ["", "not-a-reference"],
])("%s is refused: %s", (text, problem) => {
  expect(parseImageReference(text)).toBe(problem);
});

test("trust ends at whole path parts", () => {
  expect(isTrusted("a.example/team/x", ["a.example/team"])).toBe(true);
  expect(isTrusted("a.example/team", ["a.example/team"])).toBe(true);
  expect(isTrusted("a.example/teams/x", ["a.example/team"])).toBe(false);
  expect(isTrusted("a.example.evil.example/x", ["a.example"])).toBe(false);
  expect(isTrusted("a.example/x", [])).toBe(false);
});

test("a registry is a host, with or without a path; no scheme, no tag, no end slash", () => {
  for (const good of ["a.example", "a.example:5000", "localhost:5000/team"])
    expect(isRegistry(good)).toBe(true);
  for (const bad of ["https://a.example", "a.example/", "a.example/x:1", "team", "", "*.example"])
    expect(isRegistry(bad)).toBe(false);
});

test("what is read and written again is the same; digests are sorted, each once", () => {
  const host = fc.constantFrom("a.example", "localhost:5000");
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`);
  fc.assert(
    fc.property(host, fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/), digest, (name, path, hash) => {
      const text = `${name}/${path}:1@${hash}`;
      const read = parseImageReference(text);
      expect(typeof read === "object" && imageText(read)).toBe(text);
    }),
  );
  const image = (hex: string) => ({ repository: "a.example/x", tag: null, digest: hex });
  expect(sortedDigests([image("b"), image("a"), image("b")])).toEqual(["a", "b"]);
});
