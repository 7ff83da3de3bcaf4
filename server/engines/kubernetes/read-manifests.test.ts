import { expect, test } from "vitest";
import { placeOf } from "./manifest-place.ts";
import { MAX_FILE_BYTES, readManifests } from "./read-manifests.ts";

const GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: good }\n";
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** Nine levels of nine aliases each: a few hundred bytes that would be gigabytes. */
const BOMB = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x]",
  ...Array.from(
    { length: 9 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(9).fill(`*a${at}`).join(", ")}]`,
  ),
].join("\n");
const MERGE_BOMB = [
  "a0: &a0 { x: 1 }",
  ...Array.from(
    { length: 25 },
    (_, at) => `a${at + 1}: &a${at + 1} { <<: [${Array(9).fill(`*a${at}`).join(", ")}] }`,
  ),
].join("\n");

/** Each is put before a good object, which must still be read; `line` is the fault's own. */
const CASES: readonly [name: string, text: string | Buffer, line: number, message: RegExp][] = [
  ["a billion laughs", BOMB, 1, /blow up/],
  ["a billion merges", MERGE_BOMB, 1, /blow up/],
  ["a key twice", "kind: A\nmetadata:\n  name: x\n  name: y\n", 4, /the key name is there twice/],
  [
    "a cycle",
    "kind: A\nmetadata: &m\n  name: x\n  labels: *m\n",
    1,
    /alias that names what it is in/,
  ],
  ["a cyclic list", "a: &a [1, *a]\n", 1, /alias/],
  ["an alias of nothing", "kind: A\nx: *none\n", 2, /alias/],
  ["flow nesting", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`, 1, /nested deeper than 100/],
  ["compact nesting", `${"- ".repeat(20_000)}x\n`, 1, /nested deeper than 100/],
  ["not a number", "a: 1\nreplicas: .nan\n", 2, /number that Kubernetes can't hold/],
  ["a number beyond all", "a: 1\nreplicas: 1e400\n", 2, /number that Kubernetes can't hold/],
  ["an integer beyond 64 bits", "a: 1\nb: 99999999999999999999\n", 2, /number that Kubernetes/],
  ["a prototype", "a: 1\n__proto__: { polluted: yes }\n", 2, /__proto__/],
  ["half a character", 'a: "\\ud800"\n', 1, /half a character/],
  ["a zero byte", 'a: "x\\0"\n', 1, /zero byte/],
  ["no YAML at all", "a: [\nb: }\n", 2, /./],
  ["an unknown tag", "a: 1\nb: !Ref secret-name\n", 2, /tag/i],
  [
    "a list of no objects",
    "kind: List\napiVersion: v1\nitems:\n  - 5\n",
    4,
    /not a Kubernetes object/,
  ],
  [
    "a null item",
    "kind: PodList\napiVersion: v1\nitems:\n  - null\n",
    4,
    /not a Kubernetes object/,
  ],
  ["a plain text", "just words\n", 1, /not a Kubernetes object/],
  ["no apiVersion", "kind: Pod\nmetadata: { name: x }\n", 1, /Pod without apiVersion/],
  ["no name", "apiVersion: v1\nkind: Pod\nmetadata: {}\n", 1, /without kind or metadata.name/],
  ["a numeric name", "apiVersion: v1\nkind: Pod\nmetadata: { name: 5 }\n", 1, /metadata.name/],
  ["a name that is a path", "apiVersion: v1\nkind: Pod\nmetadata: { name: ../x }\n", 1, /name/],
  [
    "labels that are no map",
    "apiVersion: v1\nkind: Pod\nmetadata: { name: x, labels: [a] }\n",
    1,
    /labels/,
  ],
  [
    "a namespace that is none",
    "apiVersion: v1\nkind: Pod\nmetadata: { name: x, namespace: [a] }\n",
    1,
    /namespace/,
  ],
];

test.each(CASES)("%s is told with its line, and the rest is read", (_name, text, line, message) => {
  const { manifests, problems } = readManifests("bad.yaml", `${String(text)}\n---\n${GOOD}`);
  expect(problems[0]).toMatchObject({
    file: "bad.yaml",
    line,
    message: expect.stringMatching(message),
  });
  expect(manifests.map(({ metadata }) => metadata.name)).toEqual(["good"]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("what is no UTF-8 is told with its line", () => {
  const latin = bytes(GOOD, "data: { key: caf", [0xe9], " }\n");
  expect(readManifests("latin.yaml", latin).problems).toEqual([
    { file: "latin.yaml", line: 4, message: "not UTF-8 text" },
  ]);
  expect(readManifests("wide.yaml", Buffer.from(`\ufeff${GOOD}`, "utf16le")).problems).toEqual([
    { file: "wide.yaml", line: 1, message: "UTF-16: save it as UTF-8" },
  ]);
  expect(readManifests("bom.yaml", bytes("\ufeff", GOOD)).manifests).toHaveLength(1);
});

test("a huge file is not even parsed, and a file of many small faults says so briefly", () => {
  const huge = readManifests("huge.yaml", Buffer.alloc(MAX_FILE_BYTES + 1, " "));
  expect(huge.problems[0]?.message).toMatch(/larger than 16 MiB/);
  const many = readManifests("many.yaml", "--- 5\n".repeat(1_000));
  expect(many.problems).toHaveLength(101);
  expect(many.problems.at(-1)?.message).toBe("and 900 more problems");
});

test("no problem quotes a value", () => {
  const texts = [
    'a: "hunter2',
    "password: hunter2\npassword: hunter2\n",
    "x: *hunter2\n",
    "a: !hunter2 x\n",
  ];
  for (const text of texts) {
    const { problems } = readManifests("secret.yaml", text);
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  }
});

test("a wide map is read in no time", () => {
  const wide = Array.from({ length: 40_000 }, (_, at) => `  k${at}: v`).join("\n");
  const started = performance.now();
  expect(readManifests("wide.yaml", `${GOOD}data:\n${wide}\n`).manifests).toHaveLength(1);
  expect(performance.now() - started).toBeLessThan(30_000);
});

test("as kubectl reads them: octal modes, yes and no, merge keys, empty namespaces, lists of a kind", () => {
  const { manifests, problems } = readManifests(
    "plain.yaml",
    `apiVersion: v1
kind: PodList
items:
  - metadata: { name: one, namespace: "" }
    spec: { mode: 0644, isOn: yes, isOff: "no" }
  - metadata: { name: two, labels: null }
    spec:
      base: &base { a: 1, b: 2 }
      made: { <<: *base, b: 3 }
`,
  );
  expect(problems).toEqual([]);
  expect(manifests).toEqual([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "one" },
      spec: { mode: 420, isOn: true, isOff: "no" },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "two" },
      spec: { base: { a: 1, b: 2 }, made: { a: 1, b: 3 } },
    },
  ]);
  expect(manifests.map((each) => placeOf(each)?.line)).toEqual([4, 6]);
});
