import fc from "fast-check";
import { expect, test } from "vitest";
import { readDocuments } from "./read-documents.ts";

const document = (name: string, spec = "{ path: a }") => `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretBinding
metadata:
  name: ${name}
spec: ${spec}
`;
const read = (text: string, max = 10) => readDocuments(text, "SecretBinding", max);

test("reads one or many, JSON too, and knows where each value stands", () => {
  const text = `${document("one")}---\n# a comment\n${document("two", "\n  path: b\n  rotator:\n    kind: none\n  keep:\n    - x\n    - y")}---\n`;
  const { documents, problems } = read(text);
  expect(problems).toEqual([]);
  expect(documents.map(({ name }) => name)).toEqual(["one", "two"]);
  const [, two] = documents;
  expect(two?.spec).toEqual({ path: "b", rotator: { kind: "none" }, keep: ["x", "y"] });
  expect(two?.lineOf(["spec", "rotator", "kind"])).toBe(15);
  expect(two?.lineOf(["spec", "rotator", "missing"])).toBe(14);
  expect(two?.lineOf(["spec", "keep", 1])).toBe(18);
  expect(two?.lineOf(["spec"])).toBe(12);
  const json = { apiVersion: "catalyst.openova.io/v1alpha1", kind: "SecretBinding" };
  const asJson = JSON.stringify({ ...json, metadata: { name: "j" }, spec: { path: "c" } });
  expect(read(asJson).documents[0]).toMatchObject({ name: "j", spec: { path: "c" } });
});

test.each([
  ["", 1, "", /holds no SecretBinding/],
  ["a: [", 1, "", /flow/i],
  ["- a\n", 1, "", /must be a SecretBinding object/],
  [document("x").replace("kind: SecretBinding", "kind: SecretPolicy"), 2, "kind", /SecretBinding/],
  [document("x").replace("v1alpha1", "v2"), 1, "apiVersion", /must be catalyst/],
  [document("x").replace("name: x", "name: 7"), 4, "metadata.name", /must be a name/],
  [document("x").replace("name: x", "name: x\n  labels: {}"), 5, "metadata.labels", /not known/],
  [document("x", "none"), 5, "spec", /must be an object/],
  [`${document("x")}more: 1\n`, 6, "more", /not known here/],
  [document("x", "{ path: a, path: b }"), 5, "", /unique/i],
  [document("x\0"), 4, "", /NUL/],
  ["a".repeat(1024 * 1024 + 1), 1, "", /larger than 1024 KiB/],
])("names line and field: %#", (text, line, field, message) => {
  const { documents, problems } = read(text);
  expect(documents).toEqual([]);
  expect(problems[0]).toMatchObject({ line, field, message: expect.stringMatching(message) });
});

test("more documents than may be imported at once are refused where the first too many begins", () => {
  const text = [1, 2, 3].map((number) => document(`d${number}`)).join("---\n");
  expect(read(text, 2).problems).toMatchObject([
    { line: 13, message: expect.stringMatching(/2 at most/) },
  ]);
});

test("aliases that grow without end are refused", () => {
  const bomb = `${Array.from(
    { length: 12 },
    (_, at) =>
      `a${at}: &a${at} [${
        at === 0
          ? "1"
          : Array(9)
              .fill(`*a${at - 1}`)
              .join(", ")
      }]`,
  ).join("\n")}\n`;
  const text = document("x", `\n${bomb.replace(/^/gm, "  ").trimEnd()}`);
  expect(read(text).problems[0]?.message).toMatch(/aliases/);
});

test("never throws", () => {
  fc.assert(fc.property(fc.string(), (text) => void read(text)));
});
