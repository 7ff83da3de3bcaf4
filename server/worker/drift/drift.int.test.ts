import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listGroups } from "#server/features/drift/group-queries.ts";
import { ignoredBy, ignoreRules } from "#server/features/drift/ignore-queries.ts";
import { findingDetail, listFindings, sourcesOf } from "#server/features/drift/queries.ts";
import { officerOf } from "#server/features/drift/testing/drift-fixture.ts";
import { acknowledgeFindings } from "#server/features/drift/verbs/acknowledge-findings.ts";
import { saveIgnoreRule } from "#server/features/drift/verbs/save-ignore-rule.ts";
import { suppressFindings } from "#server/features/drift/verbs/suppress-findings.ts";
import type { FindingFilter } from "#server/features/drift/views.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { ensureSovereign } from "#server/features/tenants/index.ts";
import { folderSource } from "#server/integrations/desired/folder-source.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { lookForDrift } from "../jobs/drift.ts";

/** One cluster and what it should be, as folders; two tenants in it. */
let root: string;
let shop: AuthorizedTenantId;
let bank: AuthorizedTenantId;
let cluster: ClusterSource;

beforeAll(async () => {
  await ensureSovereign(env().SOVEREIGN, "Sovereign");
  root = mkdtempSync(join(tmpdir(), "drift-"));
});
afterAll(() => rmSync(root, { recursive: true }));

beforeEach(async () => {
  for (const folder of ["live", "desired"]) mkdirSync(join(root, folder), { recursive: true });
  // Every look is of all tenants: those of earlier tests rest.
  await asSuperuser("UPDATE drift_look SET due_at = 'infinity'");
  shop = await newTenant("shop");
  bank = await newTenant("bank");
  cluster = snapshotSource({ path: join(root, "live"), name: "muscat" });
  write("desired", WORLD());
  write("live", WORLD());
});

const IMAGE = `registry.example/web@sha256:${"a".repeat(64)}`;
const POLICY = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own-only, namespace: shop-prod }
spec: { podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: {} }] }] }
`;

/** Namespaces of both tenants with a workload and a pod each, and `more` of the shop's. */
function WORLD({ replicas = 2, more = 0, policy = POLICY, extra = "" } = {}): string {
  const namespaces = ["prod", ...Array.from({ length: more }, (_, at) => `extra${at}`)];
  const all = [
    ...namespaces.map((each) => ["shop", shop, each] as const),
    ["bank", bank, "prod"] as const,
  ];
  return `${all
    .map(
      ([name, tenant, at]) => `---
apiVersion: v1
kind: Namespace
metadata: { name: ${name}-${at}, labels: { catalyst.openova.io/tenant: ${tenant}, catalyst.openova.io/environment: prod } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${name}-${at} }
spec:
  replicas: ${name === "shop" ? replicas : 2}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${IMAGE}" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web-1, namespace: ${name}-${at}, labels: { app: web }, ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: web, controller: true }] }
spec: { nodeName: n1, containers: [{ name: web, image: "${IMAGE}" }] }
`,
    )
    .join("")}${policy}${extra}`;
}

test("found once, changed, gone, and back with its history; nothing new is written for nothing new", async () => {
  await look();
  expect(await list(shop)).toEqual([]);
  write("live", WORLD({ replicas: 3 }));
  await look();
  const [finding] = await list(shop);
  expect(finding).toMatchObject({
    rule: "field-drift",
    severity: "medium",
    state: "open",
    object: { kind: "Deployment", namespace: "shop-prod", name: "web" },
    cluster: "muscat",
    environment: "prod",
    paths: ["/spec/replicas"],
    reopenedCount: 0,
    unknownSince: null,
  });
  const id = finding?.findingId ?? "";
  const events = (await eventsOf(shop)).length;
  await look();
  const again = await detail(id);
  expect((await eventsOf(shop)).length).toBe(events);
  expect(again.history).toHaveLength(1);
  expect(again.lastSeenAt.getTime()).toBeGreaterThan(finding?.lastSeenAt.getTime() ?? 0);
  expect(again.firstSeenAt).toEqual(finding?.firstSeenAt);

  write("live", WORLD({ replicas: 4 }));
  await look();
  write("live", WORLD());
  await look();
  expect(await list(shop)).toEqual([]);
  const resolved = await detail(id);
  expect(resolved).toMatchObject({ state: "resolved", reopenedCount: 0 });
  expect(resolved.resolvedAt).toBeInstanceOf(Date);

  write("live", WORLD({ replicas: 5 }));
  await look();
  const back = await detail(id);
  expect(back).toMatchObject({ state: "open", reopenedCount: 1, resolvedAt: null });
  expect(back.differences).toMatchObject([{ path: "/spec/replicas", desired: 2, live: 5 }]);
  expect(back.history.map(({ kind, differences }) => [kind, differences[0]?.live])).toEqual([
    ["reopened", 5],
    ["resolved", undefined],
    ["changed", 4],
    ["found", 3],
  ]);
  const types = (await eventsOf(shop)).map(({ type }) => type);
  expect(types).toEqual([
    "runtime.drift.found",
    "runtime.drift.changed",
    "runtime.drift.resolved",
    "runtime.drift.reopened",
  ]);
  expect(await list(bank)).toEqual([]);
});

test("a source that is away resolves nothing and says since when; one that is back does", async () => {
  write("live", WORLD({ replicas: 3 }));
  await look();
  const [before] = await list(shop);
  rmSync(join(root, "desired"), { recursive: true });
  write("live", WORLD({ replicas: 2 }));
  await look();
  const [unknown] = await list(shop);
  expect(unknown).toMatchObject({ findingId: before?.findingId, state: "open" });
  expect(unknown?.unknownSince).toBeInstanceOf(Date);
  expect(unknown?.lastSeenAt).toEqual(before?.lastSeenAt);
  rmSync(join(root, "live"), { recursive: true });
  await look();
  expect((await list(shop))[0]?.unknownSince).toEqual(unknown?.unknownSince);
  const away = await withTenant(shop, "tenant", (tx) => sourcesOf(tx, shop));
  expect(away.map(({ kind, awaySince }) => [kind, awaySince instanceof Date])).toEqual([
    ["cluster", true],
    ["desired", true],
  ]);
  for (const folder of ["live", "desired"]) mkdirSync(join(root, folder));
  write("desired", WORLD());
  write("live", WORLD());
  await look();
  expect(await list(shop)).toEqual([]);
  // One bad file: what it held may be wanted, so what it was compared with stays as it is.
  write("live", WORLD({ replicas: 3 }));
  await look();
  write("desired", "kind: [");
  await look();
  expect(await list(shop)).toHaveLength(1);
});

test("a suppression ends by the database's clock, an acknowledgement when it gets worse", async () => {
  write("live", WORLD({ replicas: 3 }));
  await look();
  const [finding] = await list(shop);
  const findingIds = [finding?.findingId ?? ""];
  const input = { findingIds, reason: "load test until Thursday", forSeconds: 3_600 };
  await runVerb(suppressFindings, officerOf(shop), input);
  expect(await list(shop)).toMatchObject([{ state: "suppressed" }]);
  expect(await list(shop, { states: ["open"] })).toEqual([]);
  await asSuperuser(
    "UPDATE drift_finding SET suppressed_until = clock_timestamp() - interval '1 ms' WHERE tenant_id = $1",
    [shop],
  );
  expect(await list(shop, { states: ["open"] })).toMatchObject([
    { state: "open", suppressedUntil: null },
  ]);
  write("live", WORLD({ policy: "" }));
  await look();
  const [policy] = await list(shop);
  expect(policy).toMatchObject({ rule: "missing", severity: "critical" });
  await runVerb(acknowledgeFindings, officerOf(shop), {
    findingIds: [policy?.findingId ?? ""],
    reason: "",
  });
  await look();
  expect(await list(shop)).toMatchObject([{ state: "acknowledged" }]);
});

test("one cause over 40 namespaces is one row, one event and, when it is critical, one alert", async () => {
  write("desired", WORLD({ more: 39 }));
  write("live", WORLD({ more: 39, replicas: 7 }));
  await look();
  const page = await groups();
  expect(page).toMatchObject({ groups: 1, findings: 40 });
  expect(page.items).toMatchObject([
    {
      rule: "field-drift",
      count: 40,
      namespaces: 40,
      clusters: ["muscat"],
      environments: ["prod"],
    },
  ]);
  const { groupId } = page.items[0] ?? { groupId: "" };
  const told = (await eventsOf(shop)).filter(({ type }) => type === "runtime.drift.found");
  expect(told).toHaveLength(1);
  expect(told[0]?.payload).toMatchObject({ count: 40 });
  const { count } = await runVerb(acknowledgeFindings, officerOf(shop), {
    groupId,
    reason: "seen",
  });
  expect(count).toBe(40);
  expect((await groups()).items[0]?.states).toMatchObject({ acknowledged: 40, open: 0 });

  const open = ["shop-prod", "shop-extra1", "shop-extra2"]
    .map((each) => POLICY.replace("own-only", "hole").replace("shop-prod", each))
    .map((each) => each.replace("from: [{ podSelector: {} }]", "from: [{ namespaceSelector: {} }]"))
    .join("");
  write("live", WORLD({ more: 39, extra: open }));
  await look();
  const alerts = await asSuperuser<{ detail: string; subject_ref: string }>(
    "SELECT detail, subject_ref FROM alert WHERE tenant_id = $1 AND kind = 'drift-critical'",
    [shop],
  );
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.detail).toContain("cross-tenant-route: NetworkPolicy hole and 2 more");
});

test("no row names another tenant; what belongs to nobody is the Sovereign's", async () => {
  const extra = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: peers, namespace: shop-prod }
data: { peer: "${bank}", namespace: "http://web.bank-prod.svc", api-password: "hunter2" }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: everything }
rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]
`;
  write("desired", WORLD({ extra }));
  write(
    "live",
    WORLD({ extra: extra.replace(bank, `${bank} or more`).replace("hunter2", "hunter3") }).replace(
      'verbs: ["*"]',
      'verbs: ["get"]',
    ),
  );
  await look();
  const [finding] = await list(shop);
  const stranger = await detail(finding?.findingId ?? "");
  expect(stranger.differences).toMatchObject([
    { path: "/data/api-password", desired: "[masked 1]", live: "[masked 2]" },
    { path: "/data/peer", desired: "[another tenant]", live: "[another tenant] or more" },
  ]);
  const friend = await detail(finding?.findingId ?? "", [shop, bank]);
  expect(friend.differences[1]).toMatchObject({ desired: bank });
  const rows = await asSuperuser("SELECT * FROM drift_finding WHERE tenant_id = $1", [shop]);
  expect(JSON.stringify(rows)).not.toMatch(new RegExp(`${bank}|bank-prod|hunter`));
  expect(await list(bank)).toEqual([]);
  const [sovereign] = await asSuperuser<{ tenant_id: string; n: number }>(
    `SELECT tenant_id, count(*)::int AS n FROM drift_finding WHERE cluster = 'muscat' AND kind = 'ClusterRole' AND name = 'everything'
       AND tenant_id = (SELECT tenant_id FROM tenant WHERE kind = 'sovereign') GROUP BY tenant_id`,
  );
  expect(sovereign?.n).toBe(1);
});

test("an ignore rule hides what it names and shows what it hides, until it is over", async () => {
  write("live", WORLD({ replicas: 3 }));
  const { ruleId } = await runVerb(saveIgnoreRule, officerOf(shop), {
    basedOn: 0,
    spec: {
      kind: "jq-path",
      expression: ".spec.replicas",
      apiGroup: "apps",
      objectKind: "Deployment",
      namespace: "shop-*",
      name: null,
    },
    owner: "platform team",
    reason: "scaled by the autoscaler",
    forSeconds: 3_600,
  });
  await look();
  expect(await list(shop)).toEqual([]);
  const hidden = async () =>
    withTenant(shop, "tenant", (tx) => ignoredBy(tx, shop, { ruleId, limit: 10 }, []));
  expect(await hidden()).toMatchObject({
    rule: { state: "in-force", hides: { objects: 1, differences: 1 } },
    items: [{ object: { name: "web" }, differences: [{ path: "/spec/replicas", live: 3 }] }],
  });
  const over =
    "UPDATE drift_ignore_rule SET expires_at = clock_timestamp() - interval '1 ms' WHERE tenant_id = $1";
  await asSuperuser(over, [shop]);
  const expired = await withTenant(shop, "tenant", (tx) => ignoreRules(tx, shop));
  expect(expired.rules).toMatchObject([{ state: "expired", hides: { objects: 0 } }]);
  await look();
  expect(await list(shop)).toMatchObject([{ rule: "field-drift" }]);
  expect((await hidden()).items).toEqual([]);
});

function write(folder: "live" | "desired" | "second", text: string): void {
  writeFileSync(join(root, folder, "all.yaml"), text);
}

test("what a binding asks for and no cluster has is told, until it is there; never while a cluster is away", async () => {
  const declaration = {
    compute: { model: "pool" as const, namespaces: ["shop-prod", "shop-jobs"], nodePool: null },
    network: { model: "pool" as const, network: null },
    data: { model: "shared" as const, database: "console" },
    secrets: { model: "pool" as const, vaultPath: `${shop}/prod` },
    quota: { model: "pool" as const, hard: {} },
    regions: [],
  };
  const reason = "as agreed";
  await runVerb(declareIsolation, userOf(shop, "admin", { roles: ["sovereign-admin"] }), {
    environment: "prod",
    declaration,
    basedOn: 0,
    reason,
  });
  const missing = async () =>
    (await list(shop, { rules: ["missing"] })).map(({ object, severity, state }) => [
      `${object.kind} ${object.name}`,
      severity,
      state,
    ]);
  await look();
  expect(await missing()).toEqual([["Namespace shop-jobs", "high", "open"]]);
  rmSync(join(root, "live"), { recursive: true });
  await look();
  expect(await missing()).toEqual([["Namespace shop-jobs", "high", "open"]]);
  mkdirSync(join(root, "live"));
  const jobs = `---
apiVersion: v1
kind: Namespace
metadata: { name: shop-jobs, labels: { catalyst.openova.io/tenant: ${shop}, catalyst.openova.io/environment: prod } }
`;
  for (const folder of ["live", "desired"] as const) write(folder, WORLD({ extra: jobs }));
  await look();
  expect(await missing()).toEqual([]);
});

test("two sources that contradict each other say so, and nothing counts as unmanaged meanwhile", async () => {
  mkdirSync(join(root, "second"), { recursive: true });
  const extra = (folder: "live" | "second", replicas: number) =>
    write(folder, WORLD({ replicas, extra: folder === "live" ? CONFIG : "" }));
  extra("live", 2);
  extra("second", 5);
  const both = (name: string) =>
    ["desired", "second"].map((each) => folderSource(name, join(root, each)));
  await look(both);
  const sources = await withTenant(shop, "tenant", (tx) => sourcesOf(tx, shop));
  expect(sources.map(({ name, problems }) => [name, problems])).toContainEqual(["second", 1]);
  expect(await list(shop, { rules: ["unmanaged"] })).toEqual([]);
  extra("second", 2);
  await look(both);
  expect(await list(shop, { rules: ["unmanaged"] })).toHaveLength(1);
});

const CONFIG = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: by-hand, namespace: shop-prod }
data: { a: b }
`;

/** A round over both tenants and the Sovereign, whenever their turn is. */
async function look(
  desired = (name: string) => [folderSource(name, join(root, "desired"))],
): Promise<void> {
  await asSuperuser(
    `INSERT INTO drift_look (tenant_id, due_at)
     SELECT tenant_id, clock_timestamp() FROM tenant WHERE tenant_id IN ($1, $2) OR kind = 'sovereign'
     ON CONFLICT (tenant_id) DO UPDATE SET due_at = clock_timestamp(), lease_until = NULL`,
    [shop, bank],
  );
  await lookForDrift({
    clusters: [cluster],
    desired,
    owner: "test",
    everySeconds: 3_600,
  });
}

async function list(tenant: AuthorizedTenantId, filter: FindingFilter = {}) {
  const page = await withTenant(tenant, "tenant", (tx) =>
    listFindings(tx, tenant, { ...filter, limit: 200 }, [tenant]),
  );
  return page.items;
}

function groups() {
  return withTenant(shop, "tenant", (tx) => listGroups(tx, shop, { limit: 50 }, [shop]));
}

function detail(findingId: string, known: readonly string[] = [shop]) {
  return withTenant(shop, "tenant", (tx) => findingDetail(tx, shop, findingId, known));
}
