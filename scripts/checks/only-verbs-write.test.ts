import { expect, test } from "vitest";
import { modelTables, onlyVerbsWrite } from "./only-verbs-write.ts";
import { parseSource } from "./source-tree.ts";

const models = modelTables(
  'model SecretBinding {\n  id String\n  @@map("secret_binding")\n}\nmodel Rotation {\n}',
);
const VERB = {
  "server/features/rotation/verbs/start.ts": "await tx.db.rotation.create({ data });",
};
const problems = (files: Record<string, string>) =>
  onlyVerbsWrite(
    Object.entries({ ...VERB, ...files }).map(([path, text]) => parseSource(path, text)),
    models,
  ).map((each) => `${each.file}:${each.line} ${each.problem}`);

test("verbs and the listed writers may write; others may read", () => {
  expect(
    problems({
      "server/features/rotation/queries.ts":
        'await tx.db.rotation.findMany(); seen.delete(id); Object.create(null); await tx.query("SELECT 1 FROM update_log");',
      "server/features/audit/sealing/seal.ts":
        'await tx.query("INSERT INTO audit_leaf VALUES ($1)");',
      "server/features/identity/session-rows.ts":
        'await pool.query("UPDATE session s SET ended_at = now()");',
    }),
  ).toEqual([]);
});

test.each([
  ["await tx.db.secretBinding.update({ where })", "secretBinding.update()"],
  ["await client.rotation.deleteMany()", "rotation.deleteMany()"],
  ['await tx.query("INSERT INTO rotation (tenant_id) VALUES ($1)")', "INSERT INTO"],
  ["await tx.query(`update rotation set state = $1`)", "update rotation set"],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: source under test
  ["await tx.query(`\\n  DELETE FROM ${table}`)", "DELETE FROM"],
  ['await tx.query("TRUNCATE audit_event")', "TRUNCATE"],
])("refuses %s outside of a verb", (text, expected) => {
  expect(problems({ "server/features/rotation/queries.ts": text }).join()).toContain(expected);
  expect(problems({ "app/api/x/route.ts": text })).toHaveLength(1);
});

test("a listed writer may write its own tables only", () => {
  const text = 'await pool.query("INSERT INTO rotation VALUES ($1)");';
  const found = problems({ "server/features/identity/session-rows.ts": text });
  expect(found.join()).toContain("INSERT INTO rotation");
});

test("a helper may write as long as nothing but verbs of its feature can call it", () => {
  const helper = 'await tx.query("INSERT INTO rotation_step VALUES ($1)");';
  const path = "server/features/rotation/note-step.ts";
  const byVerb = {
    "server/features/rotation/verbs/note.ts": 'import { x } from "../note-step.ts";',
  };
  expect(problems({ [path]: helper, ...byVerb })).toEqual([]);
  expect(problems({ [path]: helper })).toHaveLength(1);
  for (const caller of ["server/worker/tick.ts", "server/features/rotation/router.ts"]) {
    const text = 'import { x } from "#server/features/rotation/note-step.ts";';
    expect(problems({ [path]: helper, ...byVerb, [caller]: text })).toHaveLength(1);
  }
});

test("fails when it finds no write anywhere or no model", () => {
  expect(() => onlyVerbsWrite([parseSource("server/a.ts", "")], models)).toThrow("prove nothing");
  expect(() => modelTables("")).toThrow("prove nothing");
});
