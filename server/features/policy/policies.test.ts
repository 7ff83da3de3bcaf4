import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decide, loadPolicies, type PolicyRequest } from "#server/platform/authz/policy-engine.ts";
import { wordsForDecision } from "#server/platform/authz/recorded-decision.ts";
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

  test("a policy that names a wrong attribute", () => {
    copyShipped();
    writeFileSync(
      join(directory, "bad.cedar"),
      'permit (principal, action == Action::"RotateSecret", resource) when { resource.colour == "red" };',
    );
    expect(() => loadPolicies(directory)).toThrow(/bad: .*colour/s);
  });

  test("a policy that can never apply", () => {
    copyShipped();
    writeFileSync(
      join(directory, "never.cedar"),
      'forbid (principal is Tenant, action == Action::"RotateSecret", resource);',
    );
    expect(() => loadPolicies(directory)).toThrow(/never/);
  });

  test("a policy that does not parse, an empty folder, a folder without a schema", () => {
    copyShipped();
    writeFileSync(join(directory, "torn.cedar"), "permit (principal");
    expect(() => loadPolicies(directory)).toThrow();
    const empty = mkdtempSync(join(directory, "empty-"));
    expect(() => loadPolicies(empty)).toThrow(/ENOENT/);
    writeFileSync(join(empty, "schema.cedarschema"), "entity User;");
    expect(() => loadPolicies(empty)).toThrow(/No policies/);
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
