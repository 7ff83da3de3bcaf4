import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as cedar from "@cedar-policy/cedar-wasm/nodejs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { evaluationOf, requestBody } from "#server/engines/authzen/evaluation.ts";
import { wordsForDecision } from "#server/platform/authz/denial-words.ts";
import { exchangeText, governedDecision } from "#server/platform/authz/governed-decision.ts";
import { decide, decideFloor } from "#server/platform/authz/policy-engine.ts";
import type { PolicyRequest } from "#server/platform/authz/policy-request.ts";
import { isDelegated, loadPolicies, readPolicies } from "#server/platform/authz/policy-set.ts";
import { wordsOfPolicy } from "./policy-words.ts";
import { replayDecision } from "./replay-decision.ts";

const shared = globalThis as { consolePolicies?: ReturnType<typeof loadPolicies> | undefined };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "policies-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  shared.consolePolicies = undefined;
});

const TENANT = { type: "Tenant" as const, id: "acme" };
const USER = { type: "User" as const, id: '["https://idp","ada"]' };
const BINDING = { type: "SecretBinding" as const, id: "b1" };

function rotate(binding: Record<string, unknown> = {}, scopes = ["runtime.secrets.rotate"]) {
  return {
    action: "RotateSecret",
    principal: USER,
    resource: BINDING,
    context: { trigger: "forced" },
    entities: [
      { uid: USER, attrs: { issuer: "https://idp", scopes }, parents: [TENANT] },
      {
        uid: BINDING,
        attrs: {
          class: "database-credential",
          environment: "prod",
          state: "active",
          isAutomatable: true,
          ...binding,
        },
        parents: [TENANT],
      },
    ],
  } as PolicyRequest;
}

describe("the shipped policies", () => {
  test("validate strictly, and each says in words what it is for", () => {
    expect(() => loadPolicies()).not.toThrow();
    expect(wordsOfPolicy("forbid-decide-by-machine")).toMatch(/^Only people decide/);
    expect(wordsOfPolicy("gone")).toBe("gone");
  });

  test.each([
    ["the scope permits", rotate(), "allow", ["permit-rotate-secret"]],
    ["no scope, no permit", rotate({}, []), "deny", []],
    ["retired", rotate({ state: "retired" }), "deny", ["forbid-rotate-inactive"]],
    ["missing", rotate({ state: "missing" }), "deny", ["forbid-rotate-inactive"]],
    [
      "every blocker at once, sorted",
      rotate({ state: "retired", isAutomatable: false }),
      "deny",
      ["forbid-rotate-inactive", "forbid-rotate-not-automatable"],
    ],
  ] as const)("%s", (_name, request, outcome, reasons) => {
    expect(decide(request)).toMatchObject({ outcome, reasons, errors: [] });
  });

  test("only policies that can speak of an action are asked, and the whole set would say the same", () => {
    const { policies, schema } = readPolicies(join(process.cwd(), "policies"));
    const whole = (request: PolicyRequest) => {
      const answer = cedar.isAuthorized({
        ...request,
        action: { type: "Action", id: request.action },
        schema,
        policies: { staticPolicies: policies },
        validateRequest: true,
      });
      if (answer.type === "failure") throw new Error(answer.errors[0]?.message);
      const { decision, diagnostics } = answer.response;
      return { outcome: decision, reasons: [...diagnostics.reason].sort() };
    };
    for (const state of ["active", "retired", "missing"])
      for (const isAutomatable of [true, false])
        for (const scopes of [[], ["runtime.secrets.rotate"], ["runtime.incidents.manage"]]) {
          const asked = rotate({ state, isAutomatable }, scopes);
          expect(decide(asked)).toMatchObject(whole(asked));
          const leaked = { ...asked, action: "MarkLeaked" as const, context: {} };
          expect(decide(leaked)).toMatchObject(whole(leaked));
        }
  });

  test("what the schema does not know is an error, and an error denies", () => {
    const decision = decide(rotate({ surprise: true }));
    expect(decision.outcome).toBe("deny");
    expect(decision.errors.join()).toMatch(/surprise/);
    expect(wordsForDecision(decision)).toContain("could not be evaluated");
    expect(decide({ ...rotate(), context: {} }).outcome).toBe("deny");
    expect(decide({ ...rotate(), action: "Unheard" as never }).outcome).toBe("deny");
  });
});

describe("loading refuses", () => {
  const copyShipped = () => cpSync(join(process.cwd(), "policies"), directory, { recursive: true });

  const refusal = () => {
    try {
      loadPolicies(directory);
    } catch (error) {
      return (error as Error).message.split("\n").map((line) => line.trim());
    }
    return [];
  };
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text);

  test("a policy that names a wrong attribute, with file, line and column, counted in characters", () => {
    copyShipped();
    write(
      "bad.cedar",
      '// كلمة\npermit (principal, action == Action::"RotateSecret", resource)\nwhen { "كلمة" == resource.colour };',
    );
    expect(refusal()[1]).toMatch(
      /^bad\.cedar:3:18: .*attribute `colour` on entity type `SecretBinding` not found/,
    );
  });

  test("a policy that can never apply", () => {
    copyShipped();
    write(
      "never.cedar",
      'forbid (principal is Tenant, action == Action::"RotateSecret", resource);',
    );
    expect(refusal().slice(1).join()).toMatch(/^never\.cedar:1:1: .*impossible|applicable/);
  });

  test("every policy that does not parse, and a schema that does not, all at once", () => {
    copyShipped();
    write("torn.cedar", "// One\npermit (principal");
    write(
      "two.cedar",
      "permit (principal, action, resource);\npermit (principal, action, resource);",
    );
    write("schema.cedarschema", "entity User;\nentity X = { a: ; };");
    expect(refusal().map((line) => line.split(" ")[0])).toEqual([
      "The",
      "schema.cedarschema:2:17:",
      "torn.cedar:2:18:",
      "two.cedar:2:1:",
    ]);
  });

  test("a schema that names a type nobody declared", () => {
    copyShipped();
    const shipped = readFileSync(join(directory, "schema.cedarschema"), "utf8");
    write("schema.cedarschema", `${shipped}entity Extra = { a: Nobody };`);
    const line = shipped.split("\n").length;
    expect(refusal()[1]).toMatch(new RegExp(`^schema\\.cedarschema:${line}:21: .*Nobody`));
  });

  test("an empty folder, a folder without a schema", () => {
    expect(() => loadPolicies(directory)).toThrow(/ENOENT/);
    write("schema.cedarschema", "entity User;");
    expect(() => loadPolicies(directory)).toThrow(/No policies/);
  });
});

describe("what is never delegated", () => {
  test("holds by itself: scope, requester, quorum, subject, registries, freeze", () => {
    const { policies } = readPolicies(join(process.cwd(), "policies"));
    const delegated = Object.keys(policies).filter((id) => isDelegated(policies[id] ?? ""));
    expect(delegated).toEqual([
      "forbid-deploy-elevation-missing",
      "forbid-deploy-gate-unmet",
      "forbid-deploy-merge-not-approved",
      "forbid-deploy-outside-window",
      "forbid-deploy-provenance-missing",
      "forbid-deploy-waiting-time",
    ]);
    expect(decideFloor(rotate({}, []))).toMatchObject({ outcome: "deny", reasons: [] });
    expect(decideFloor(rotate({ state: "retired" }))).toMatchObject({ outcome: "deny" });
    expect(decideFloor(rotate())).toMatchObject({ outcome: "allow" });
  });
});

test("a forbid that fails while being evaluated denies, though Cedar skips it", () => {
  writeFileSync(
    join(directory, "schema.cedarschema"),
    'entity User; entity SecretBinding; action "RotateSecret" appliesTo { principal: [User], resource: [SecretBinding], context: { count: Long } };',
  );
  writeFileSync(join(directory, "allow.cedar"), "permit (principal, action, resource);");
  writeFileSync(
    join(directory, "forbid-many.cedar"),
    "forbid (principal, action, resource) when { context.count + 9223372036854775807 > 0 };",
  );
  shared.consolePolicies = loadPolicies(directory);
  const request = (count: number): PolicyRequest => ({
    action: "RotateSecret",
    principal: USER,
    resource: BINDING,
    context: { count },
    entities: [],
  });
  expect(decide(request(-9_000_000_000))).toMatchObject({ outcome: "deny", errors: [] });
  const overflow = decide(request(1));
  expect(overflow).toMatchObject({ outcome: "deny", reasons: ["allow"] });
  expect(overflow.errors.join()).toMatch(/forbid-many/);
});

describe("replay", () => {
  test("the same bytes, whatever the order of the entities", () => {
    const request = rotate();
    const decision = decide(request);
    expect(decide({ ...request, entities: [...request.entities].reverse() })).toEqual(decision);
    expect(replayDecision(decision)).toMatchObject({ verdict: "same", changed: [] });
    expect(replayDecision(decide(rotate({ state: "retired" }))).verdict).toBe("same");
  });

  test("a record that was altered is found out", () => {
    const decision = decide(rotate({ state: "retired" }));
    expect(replayDecision({ ...decision, outcome: "allow" })).toMatchObject({
      verdict: "different",
      changed: ["outcome"],
    });
    const entities = decision.entities.replace("retired", "active");
    expect(replayDecision({ ...decision, entities })).toMatchObject({
      verdict: "different",
      changed: ["outcome", "reasons", "digest"],
    });
    expect(replayDecision({ ...decision, digest: Buffer.alloc(32) })).toMatchObject({
      changed: ["digest"],
    });
  });

  test("under other rules nothing can be said: unknown, never the same", () => {
    const decision = decide(rotate());
    cpSync(join(process.cwd(), "policies"), directory, { recursive: true });
    writeFileSync(
      join(directory, "more.cedar"),
      'forbid (principal, action == Action::"RotateSecret", resource) when { resource.environment == "dev" };',
    );
    shared.consolePolicies = loadPolicies(directory);
    expect(replayDecision(decision)).toMatchObject({ verdict: "unknown", changed: ["policies"] });
    const older = { ...decision, engineVersion: "4.0.0" };
    expect(replayDecision(older).verdict).toBe("unknown");
  });
});

describe("a governance engine's decision", () => {
  const governed = (body: string, request = rotate(), changes = {}) => {
    const { path, body: sent } = requestBody([evaluationOf(request)]);
    const raw = { failure: null, status: 200, contentType: "application/json", ...changes };
    const exchange = {
      engine: "governance",
      url: `https://pdp.example${path}`,
      body: sent,
      count: 1,
      raw: { ...raw, body: Buffer.from(body) },
    };
    return governedDecision(decideFloor(request), exchangeText(exchange, 0));
  };

  test("both must allow; every blocker is said, and what the engine says of it", () => {
    expect(governed('{"decision":true,"context":{"version":"7"}}')).toMatchObject({
      engine: "authzen",
      outcome: "allow",
      reasons: ["governance-permitted", "permit-rotate-secret"],
      engineVersion: expect.stringMatching(/^governance 7 \(AuthZEN 1\.0\), Cedar 4/),
    });
    const refused = governed('{"decision":false,"context":{"reason_user":"Not today"}}');
    expect(refused).toMatchObject({ outcome: "deny", reasons: ["governance-denied"], errors: [] });
    expect(wordsForDecision(refused)).toContain("the governance engine refused it: Not today");
    expect(governed('{"decision":false}', rotate({ state: "retired" })).reasons).toEqual([
      "forbid-rotate-inactive",
      "governance-denied",
    ]);
    // The engine's yes lifts nothing that is never delegated.
    expect(governed('{"decision":true}', rotate({}, []))).toMatchObject({
      outcome: "deny",
      reasons: [],
    });
    expect(governed('{"decision":true}', rotate({ state: "retired" }))).toMatchObject({
      outcome: "deny",
      reasons: ["forbid-rotate-inactive"],
    });
  });

  test("no sound answer is a refusal, recorded with what came back", () => {
    const broken = governed("<html>", rotate(), { status: 502, contentType: "text/html" });
    expect(broken).toMatchObject({ outcome: "deny", errors: ["governance-http-status"] });
    expect(wordsForDecision(broken)).toContain("answered with an error");
    expect(JSON.parse(broken.exchange ?? "")).toMatchObject({ status: 502, response: "<html>" });
  });

  test("replay says no more than it can: the recorded exchange gives the recorded outcome", () => {
    const decision = governed('{"decision":true}');
    expect(replayDecision(decision)).toMatchObject({ verdict: "same", shows: "exchange" });
    const forged = { ...governed('{"decision":false}'), outcome: "allow" as const };
    expect(replayDecision(forged)).toMatchObject({ verdict: "different", changed: ["outcome"] });
    const exchange = decision.exchange?.replace('decision\\":true', 'decision\\":false') ?? "";
    expect(replayDecision({ ...decision, exchange })).toMatchObject({
      verdict: "different",
      changed: ["outcome", "reasons", "digest"],
    });
    const other = governed('{"decision":true}', rotate({ environment: "dev" })).exchange;
    expect(replayDecision({ ...decision, exchange: other }).changed).toContain("question");
    expect(replayDecision({ ...decision, exchange: null }).verdict).not.toBe("same");
    // What Cedar decided is no exchange.
    expect(replayDecision(decide(rotate()))).toMatchObject({ verdict: "same", shows: "decision" });
  });
});
