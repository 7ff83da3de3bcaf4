import { expect, test } from "vitest";
import { readStatement } from "./statement.ts";

const HEX = "b".repeat(64);
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const statement = (predicateType: string, predicate: unknown) =>
  bytes({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "a", digest: { sha256: HEX } }, { digest: { sha512: "c" } }],
    predicateType,
    predicate,
  });

test.each<[string, string, unknown, unknown]>([
  [
    "v1 with a workflow",
    "https://slsa.dev/provenance/v1",
    {
      buildDefinition: {
        externalParameters: { workflow: { repository: "https://f/o/r", ref: "refs/tags/v1" } },
      },
      runDetails: { builder: { id: "b" } },
    },
    { builder: "b", source: { repository: "https://f/o/r", ref: "refs/tags/v1" } },
  ],
  [
    "v1 with a source",
    "https://slsa.dev/provenance/v1",
    {
      buildDefinition: { externalParameters: { source: "git+https://u@f/o/r@refs/heads/main" } },
      runDetails: { builder: { id: "b" } },
    },
    { builder: "b", source: { repository: "https://u@f/o/r", ref: "refs/heads/main" } },
  ],
  [
    "v0.2",
    "https://slsa.dev/provenance/v0.2",
    { builder: { id: "b" }, invocation: { configSource: { uri: "git+https://u@f/o/r" } } },
    { builder: "b", source: { repository: "https://u@f/o/r", ref: null } },
  ],
  ["v1 that says nothing", "https://slsa.dev/provenance/v1", {}, { builder: null, source: null }],
  ["another predicate", "x", { builder: { id: "b" } }, { builder: null, source: null }],
])("%s", (_name, type, predicate, found) => {
  expect(readStatement(statement(type, predicate))).toMatchObject({
    predicateType: type,
    digests: [`sha256:${HEX}`],
    ...(found as object),
  });
});

test("a builder where the other version has it is none", () => {
  const v1 = "https://slsa.dev/provenance/v1";
  expect(readStatement(statement(v1, { builder: { id: "b" } })).builder).toBeNull();
});

test.each([
  ["no JSON", Buffer.from("{")],
  ["bytes that are no text", Buffer.from([0xff, 0xfe])],
  ["another type", bytes({ _type: "x", subject: [], predicateType: "y" })],
  [
    "no subject",
    bytes({ _type: "https://in-toto.io/Statement/v1", subject: [], predicateType: "y" }),
  ],
])("%s is refused", (_name, payload) => {
  expect(() => readStatement(payload)).toThrow();
});
