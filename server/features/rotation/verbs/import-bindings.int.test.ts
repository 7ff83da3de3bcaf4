import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { planImport } from "../bindings/plan-import.ts";
import { importBindings } from "./import-bindings.ts";

const reason = "agreed in the platform meeting";

/** One SecretBinding document of ten lines. */
function document(tenant: string, name: string, change: (text: string) => string = (t) => t) {
  return change(`apiVersion: catalyst.openova.io/v1alpha1
kind: SecretBinding
metadata: { name: ${name} }
spec:
  class: api-token
  environment: prod
  owner: team-orders
  path: ${tenant}/prod/${name}
  rotator: { kind: kv-generated, field: value, bytes: 32, keep: [] }
  grace: 12h
`);
}

async function counted(tenant: AuthorizedTenantId): Promise<number> {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM secret_binding WHERE tenant_id = $1",
      [tenant],
    ),
  );
  return row?.count ?? 0;
}

test("many at once; the same text again changes nothing; each says what became of it", async () => {
  const tenant = await newTenant("import");
  const officer = userOf(tenant, "officer");
  const text = `${document(tenant, "one")}---\n${document(tenant, "two")}`;
  const outcomes = async (yaml: string) =>
    (await runVerb(importBindings, officer, { yaml, reason })).bindings.map((each) => each.outcome);
  expect(await outcomes(text)).toEqual(["created", "created"]);
  expect(await outcomes(text)).toEqual(["unchanged", "unchanged"]);
  const changed = text.replace("owner: team-orders", "owner: team-payments");
  const preview = await withTenant(tenant, "tenant", (tx) =>
    planImport(tx, tenant, officer.actor, changed),
  );
  expect(preview.bindings.map(({ planned }) => planned.outcome)).toEqual(["changed", "unchanged"]);
  expect(await outcomes(changed)).toEqual(["changed", "unchanged"]);
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query(
      "SELECT owner, grace_seconds, vouched_by FROM secret_binding WHERE tenant_id = $1 AND name = 'one'",
      [tenant],
    ),
  );
  expect(row).toEqual({ owner: "team-payments", grace_seconds: 43_200, vouched_by: "target" });
  expect((await eventsOf(tenant)).map(({ type, payload }) => [type, payload?.reason])).toEqual([
    ["runtime.secrets.bound", reason],
    ["runtime.secrets.bound", reason],
    ["runtime.secrets.binding-changed", reason],
  ]);
});

test.each<[string, (text: string, other: string) => string, number, string, RegExp]>([
  ["no YAML", (text) => text.replace("spec:", "spec: ["), 5, "", /single line/],
  ["a key twice", (text) => text.replace("  grace", "  owner: x\n  grace"), 10, "", /unique/i],
  [
    "an unknown class",
    (text) => text.replace("api-token", "api-key"),
    5,
    "spec.class",
    /must be one of database-credential/,
  ],
  [
    "an unknown rotator",
    (text) => text.replace("kv-generated", "magic"),
    9,
    "spec.rotator.kind",
    /must be one of postgres-dual-user/,
  ],
  [
    "an unknown environment",
    (text) => text.replace("prod", "production"),
    6,
    "spec.environment",
    /must be one of dev/,
  ],
  [
    "a misspelt field",
    (text) => text.replace("grace:", "graze:"),
    10,
    "spec.graze",
    /not known here/,
  ],
  [
    "a misspelt field of the rotator",
    (text) => text.replace("keep: []", "keep: [], trim: true"),
    9,
    "spec.rotator.trim",
    /not known here/,
  ],
  [
    "a field that is missing",
    (text) => text.replace("  owner: team-orders\n", ""),
    4,
    "spec.owner",
    /is missing/,
  ],
  [
    "a foreign tenant's path",
    (text, other) => text.replace(/path: [^/]+/, `path: ${other}`),
    8,
    "spec.path",
    /must lie below/,
  ],
  [
    "a path that climbs out",
    (text, other) => text.replace("/prod/", `/../${other}/`),
    8,
    "spec.path",
    /none beginning with a dot/,
  ],
  [
    "a grace of less than nothing",
    (text) => text.replace("12h", "-1h"),
    10,
    "spec.grace",
    /duration/,
  ],
  ["a grace without end", (text) => text.replace("12h", "400d"), 10, "spec.grace", /30d at most/],
  [
    "a target that nobody registered",
    (text) =>
      text.replace(
        /rotator: .*/,
        "rotator: { kind: postgres-dual-user, activeRole: a, standbyRole: b, rotatorPath: TENANT/r, target: { host: evil.test, port: 5432, database: x, tls: disable } }",
      ),
    9,
    "spec.rotator.target",
    /not a rotation target for prod here\. Ask a sovereign-admin/,
  ],
])("is refused whole, with line and field: %s", async (_, change, line, field, message) => {
  const [tenant, other] = [await newTenant("import"), await newTenant("import")];
  const officer = userOf(tenant, "officer");
  const bad = change(document(tenant, "bad"), other).replaceAll("TENANT", tenant);
  const yaml = `${bad}---\n${document(tenant, "good")}`;
  const { problems } = await withTenant(tenant, "tenant", (tx) =>
    planImport(tx, tenant, officer.actor, yaml),
  );
  expect(problems[0]).toEqual({ line, field, message: expect.stringMatching(message) });
  await expect(runVerb(importBindings, officer, { yaml, reason })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringContaining(`line ${line}:`),
    details: { field: "yaml", remedy: expect.stringContaining("Nothing was bound") },
  });
  expect(await counted(tenant)).toBe(0);
});

test("every problem at once: two of one path, and each bad field of each document", async () => {
  const tenant = await newTenant("import");
  const yaml = [
    document(tenant, "one"),
    document(tenant, "one", (text) => text.replace("api-token", "x").replace("prod\n", "y\n")),
    document(tenant, "two").replace("/two", "/one"),
  ].join("---\n");
  const { problems } = await withTenant(tenant, "tenant", (tx) =>
    planImport(tx, tenant, userOf(tenant, "officer").actor, yaml),
  );
  expect(problems.map(({ line, field }) => [line, field])).toEqual([
    [16, "spec.class"],
    [17, "spec.environment"],
    [30, "spec.path"],
  ]);
  expect(problems[2]?.message).toBe("is bound already, in line 8");
});

test("too much at once, nothing at all, and a caller without the scope are refused", async () => {
  const tenant = await newTenant("import");
  const officer = userOf(tenant, "officer");
  const asked = (yaml: string, caller = officer) =>
    runVerb(importBindings, caller, { yaml, reason });
  await expect(asked("#".repeat(1_048_577))).rejects.toMatchObject({
    code: "invalid",
    details: { field: "yaml" },
  });
  const many = Array.from({ length: 501 }, (_, at) => document(tenant, `b${at}`)).join("---\n");
  await expect(asked(many)).rejects.toMatchObject({
    message: expect.stringMatching(/500 at most/),
  });
  await expect(asked("")).rejects.toMatchObject({ message: expect.stringMatching(/holds no/) });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(asked(document(tenant, "x"), developer)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await counted(tenant)).toBe(0);
});
