import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { diffObjects, type FieldDifference } from "#server/engines/differ/diff.ts";
import type { Json, JsonObject } from "#server/engines/differ/json.ts";
import { differenceRows, documentRows } from "./document-rows.ts";
import { FOUND, foldRows } from "./fold-rows.ts";
import { diffLines } from "./line-diff.ts";
import { placedRows } from "./placed-rows.ts";
import { yamlLines } from "./yaml-lines.ts";

const word = fc.oneof(
  fc.constantFrom(
    "app",
    "web",
    "yes",
    "null",
    "1e3",
    "0x1f",
    "2026-11-22",
    "a: b",
    "- x",
    "#",
    "~",
    "",
  ),
  fc.string(),
  fc.stringMatching(/^[a-z ]{0,4}(\n[a-z ]{0,4}){0,4}$/),
  fc.string({ unit: "binary" }),
);
const value = fc.letrec<{ any: Json }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    word,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom("spec", "data", "items"), word), tie("any"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
})).any;
const document = fc.dictionary(fc.constantFrom("a", "b", "spec", "data", "metadata"), value, {
  noNullPrototype: true,
}) as fc.Arbitrary<JsonObject>;

/** Key order says nothing in YAML. */
const sorted = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(sorted)
    : typeof json === "object" && json !== null
      ? Object.fromEntries(
          Object.entries(json)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, each]) => [key, sorted(each)]),
        )
      : json;
const read = (lines: (string | null)[]) =>
  sorted(parse(`${lines.filter((line) => line !== null).join("\n")}\n`));

describe("lines of YAML", () => {
  it("are read back as the value that they show", () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(read(yamlLines(null, given, 0))).toEqual(sorted(given));
      }),
      { numRuns: 500 },
    );
  });

  it("show what would turn text round, or not be seen at all, as escapes", () => {
    const [line] = yamlLines("image", "safe\u202egpj.exe", 0);
    expect(line).toBe(String.raw`image: "safe\u202egpj.exe"`);
    expect(yamlLines("a", "b\u200bc\n", 0)).toEqual([String.raw`a: "b\u200bc\n"`]);
  });
});

describe("two documents", () => {
  it("each side is the whole of its own document", () => {
    fc.assert(
      fc.property(document, document, (desired, live) => {
        const rows = documentRows(desired, live, []);
        expect(read(rows.map((row) => row.desired))).toEqual(sorted(desired));
        expect(read(rows.map((row) => row.live))).toEqual(sorted(live));
      }),
      { numRuns: 500 },
    );
  });

  it("marks the lines of the differences that were found, and no other", () => {
    const desired = deployment({ image: "web:1", cpu: "1", args: ["a", "b"] });
    const live = deployment({ image: "web:2", cpu: "1000m", args: ["a", "b", "c"] });
    (live.spec as JsonObject).replicas = 1;
    (live.metadata as JsonObject).managedFields = [
      {
        manager: "kubectl-edit",
        fieldsV1: {
          "f:spec": {
            "f:template": {
              "f:spec": { "f:containers": { 'k:{"name":"web"}': { "f:image": {} } } },
            },
          },
        },
      },
    ];
    const { differences } = diffObjects({ desired, live });
    const rows = documentRows(desired, live, differences);
    const marked = rows.filter(({ mark }) => FOUND.includes(mark));
    expect(marked).toEqual([
      {
        desired: "          image: web:1",
        live: "          image: web:2",
        mark: "changed",
        path: "/spec/template/spec/containers/web/image",
        manager: "kubectl-edit",
      },
      {
        desired: null,
        live: "            - c",
        mark: "extra",
        path: "/spec/template/spec/containers/web/args/2",
        manager: null,
      },
    ]);
    const other = (mark: string) => rows.filter((row) => row.mark === mark).map((row) => row.live);
    expect(other("equal")).toEqual(["              cpu: 1000m"]);
    expect(other("uncounted")).toContain("  replicas: 1");
  });

  it("of a changed text only the lines that changed are marked", () => {
    const difference: FieldDifference = {
      path: "/data/nginx.conf",
      kind: "changed",
      desired: "server {\n  listen 80;\n  root /a;\n}\n",
      live: "server {\n  listen 80;\n  root /b;\n  gzip on;\n}\n",
    };
    expect(differenceRows(difference).map(({ mark }) => mark)).toEqual([
      "same",
      "same",
      "same",
      "changed",
      "extra",
      "same",
    ]);
  });
});

describe("differences alone", () => {
  it("stand where they are in the object, with the way to them", () => {
    const rows = placedRows([
      { path: "/spec/containers/web/image", kind: "changed", desired: "a:1", live: "a:2" },
      { path: "/spec/containers/web/args/1", kind: "extra", live: "--debug" },
      { path: "/spec/containers/side", kind: "missing", desired: { name: "side" } },
      { path: "/metadata/labels/a~1b", kind: "extra", live: "x" },
    ]);
    expect(rows.map(({ desired, live, mark }) => [mark, desired, live])).toEqual([
      ["same", "spec:", "spec:"],
      ["same", "  containers:", "  containers:"],
      ["same", "    - # web", "    - # web"],
      ["changed", "      image: a:1", "      image: a:2"],
      ["same", "      args:", "      args:"],
      ["extra", null, "        - --debug"],
      ["missing", "    - name: side", null],
      ["same", "metadata:", "metadata:"],
      ["same", "  labels:", "  labels:"],
      ["extra", null, "    a/b: x"],
    ]);
  });

  it("an object that is missing as a whole is all of its lines", () => {
    const rows = placedRows([{ path: "", kind: "missing", desired: { kind: "Role", rules: [] } }]);
    expect(rows.map(({ desired, mark }) => [mark, desired])).toEqual([
      ["missing", "kind: Role"],
      ["missing", "rules: []"],
    ]);
  });
});

describe("folding", () => {
  it("loses no line, keeps the order, and never hides a difference", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("same", "same", "same", "same", "same", "uncounted", "changed")),
        (marks) => {
          const rows = marks.map((mark, at) => ({
            desired: `${at}`,
            live: `${at}`,
            mark: mark as "same",
            path: "",
            manager: null,
          }));
          const runs = foldRows(rows);
          expect(runs.flatMap((run) => run.rows)).toEqual(rows);
          for (const { isFolded, rows: own, start } of runs) {
            expect(own[0]).toBe(rows[start]);
            if (!isFolded) continue;
            expect(own.length).toBeGreaterThanOrEqual(4);
            expect(own.some(({ mark }) => FOUND.includes(mark))).toBe(false);
          }
        },
      ),
    );
  });
});

describe("aligned lines", () => {
  it("are both lists, in order, and as much in common as there can be", () => {
    const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const pairs = diffLines(before, after);
        expect(pairs.flatMap((pair) => pair.before ?? [])).toEqual(before);
        expect(pairs.flatMap((pair) => pair.after ?? [])).toEqual(after);
        const common = pairs.filter((pair) => pair.before === pair.after).length;
        expect(common).toBeGreaterThanOrEqual(longestCommon(before, after));
      }),
      { numRuns: 1_000 },
    );
  });

  it("texts with nothing in common are answered at once", () => {
    const many = (name: string) => Array.from({ length: 50_000 }, (_, at) => `${name}${at}`);
    expect(diffLines(many("a"), many("b"))).toHaveLength(50_000);
  });
});

function longestCommon(a: string[], b: string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    let diagonal = 0;
    b.forEach((other, at) => {
      const above = row[at + 1] ?? 0;
      row[at + 1] = one === other ? diagonal + 1 : Math.max(above, row[at] ?? 0);
      diagonal = above;
    });
  }
  return row.at(-1) ?? 0;
}

function deployment({ image, cpu, args }: { image: string; cpu: string; args: string[] }) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      template: {
        spec: { containers: [{ name: "web", image, args, resources: { limits: { cpu } } }] },
      },
    },
  } as JsonObject;
}
