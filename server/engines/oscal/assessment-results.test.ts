import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../canonical-json/canonical-json.ts";
import { CHECK_STATES } from "../compliance/check.ts";
import { combineStates } from "../compliance/combine-states.ts";
import { FRAMEWORKS } from "../compliance/frameworks.ts";
import { CHECK_IDS } from "../compliance/judge-checks.ts";
import { type Assessment, assessmentResults } from "./assessment-results.ts";
import { uuidV5 } from "./uuid-v5.ts";

const file = join(import.meta.dirname, "testing/oscal-1.2.3-assessment-results.schema.json");
const schema = JSON.parse(readFileSync(file, "utf8")) as { definitions: Record<string, object> };
// Ajv takes a fragment as an $id of a subschema only where it is a plain name.
for (const each of Object.values(schema.definitions)) delete (each as { $id?: string }).$id;
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
const isValid = ajv.compile(schema);

/** Every state in turn, with evidence and parameters of each kind. */
function assessmentOf(framework: (typeof FRAMEWORKS)[number], shift = 0): Assessment {
  const checks = CHECK_IDS.map((checkId, at) => ({
    checkId,
    title: `Check ${checkId}`,
    state: CHECK_STATES[(at + shift) % 4] as "met",
    reason: "some",
    params: { bad: at, total: 12, gaps: at % 2 ? "step-up" : "" },
    evidence:
      at % 3
        ? [
            {
              kind: "isolation-cell" as const,
              id: "prod.net work/é",
              at: "2026-11-22T08:00:00.000Z",
            },
          ]
        : [],
  }));
  return {
    tenant: "acme-shop",
    sovereign: "omantel",
    framework,
    at: "2026-11-22T08:00:00.000Z",
    checks,
    controls: framework.controls.map(({ id, checks: own }) => ({
      id,
      title: `Control ${id}`,
      state: combineStates(checks.filter((c) => own.includes(c.checkId)).map((c) => c.state)),
      checks: own,
    })),
  };
}

describe("assessment results", () => {
  test.each(FRAMEWORKS)("of $id are what NIST's schema asks for", (framework) => {
    for (const shift of [0, 1, 2, 3]) {
      isValid(assessmentResults(assessmentOf(framework, shift)));
      expect(isValid.errors ?? []).toEqual([]);
    }
  });

  test("the schema refuses what is not: the test can fail", () => {
    const [framework] = FRAMEWORKS;
    if (!framework) throw new Error("no framework");
    const results = assessmentResults(assessmentOf(framework)) as Record<string, object>;
    const inner = results["assessment-results"] as Record<string, unknown>;
    expect(isValid({ "assessment-results": { ...inner, uuid: "no-uuid" } })).toBe(false);
    expect(isValid({ "assessment-results": { ...inner, results: [] } })).toBe(false);
    expect(isValid({ "assessment-results": { ...inner, surprise: 1 } })).toBe(false);
  });

  test("same assessment, same bytes; another state, other identities of the run", () => {
    const [framework] = FRAMEWORKS;
    if (!framework) throw new Error("no framework");
    const of = (shift: number) => assessmentResults(assessmentOf(framework, shift));
    const uuidOf = (shift: number) =>
      (of(shift) as { "assessment-results": { uuid: string } })["assessment-results"].uuid;
    expect(canonicalJson(of(0))).toBe(canonicalJson(of(0)));
    expect(uuidOf(0)).not.toBe(uuidOf(1));
  });

  test("what is unknown is never satisfied, what does not apply is no finding", () => {
    const [framework] = FRAMEWORKS;
    if (!framework) throw new Error("no framework");
    const assessment = assessmentOf(framework);
    const states = ["met", "failing", "unknown", "not-applicable"] as const;
    const controls = assessment.controls
      .slice(0, 4)
      .map((control, at) => ({ ...control, state: states[at] as "met" }));
    const found = assessmentResults({ ...assessment, controls }) as unknown as {
      "assessment-results": {
        results: { findings: { title: string; target: { status: object } }[] }[];
      };
    };
    const [result] = found["assessment-results"].results;
    expect(result?.findings.map(({ target }) => target.status)).toEqual([
      { state: "satisfied", reason: "pass" },
      { state: "not-satisfied", reason: "fail" },
      { state: "not-satisfied", reason: "other", remarks: expect.any(String) },
    ]);
  });

  test("a name has one UUID of version 5", () => {
    expect(uuidV5("a", "b")).toBe(uuidV5("a", "b"));
    expect(uuidV5("a", "b")).not.toBe(uuidV5("ab"));
    expect(uuidV5("a")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
