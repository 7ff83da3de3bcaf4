import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import { LAYERS } from "#server/engines/isolation/declaration.ts";
import { verifyEvidence } from "#server/engines/isolation/evidence-document.ts";
import { SAMPLE } from "#server/engines/isolation/testing/sample-cluster.ts";
import { cellEvidence } from "#server/features/isolation/evidence-queries.ts";
import { peerRef } from "#server/features/isolation/peer-ref.ts";
import { cellDetail, matrix } from "#server/features/isolation/queries.ts";
import { edges, reach } from "#server/features/isolation/reach-queries.ts";
import type { DeclarationInput } from "#server/features/isolation/schema.ts";
import { askWhatIf } from "#server/features/isolation/verbs/ask-what-if.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { whatIfOf } from "#server/features/isolation/what-if-queries.ts";
import type { WhatIfQuestion } from "#server/features/isolation/what-if-schema.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import { snapshotSource } from "#server/integrations/kubernetes/snapshot-source.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { withTenant, withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { answerWhatIfs, lookAtIsolation } from "../jobs/isolation.ts";

/** Two tenants of one cluster, a real vault in a process of its own, and the console's own catalog. */
let root: string;
let folder: string;
let cluster: ClusterSource;
let vault: SpawnedVault;
let token: string;
let client: OpenBaoClient;
let silo: AuthorizedTenantId;
let pool: AuthorizedTenantId;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "isolation-"));
  folder = join(root, "cluster");
  cluster = snapshotSource({ path: folder });
  mkdirSync(folder);
  vault = await spawnVault(join(root));
  token = readFileSync(vault.tokenFile, "utf8").trim();
  client = new OpenBaoClient({ address: vault.address, token: SecretValue.of(token) });
  await vaultCall("sys/auth/kubernetes", { type: "kubernetes" });
  await vaultCall("sys/auth/people", { type: "userpass" });
});
afterAll(async () => {
  await client.close();
  await vault.stop();
  rmSync(root, { recursive: true });
});

beforeEach(async () => {
  mkdirSync(folder, { recursive: true });
  // Every look is of all tenants: those of earlier tests rest.
  await asSuperuser("UPDATE isolation_look SET due_at = 'infinity'");
  silo = await newTenant("silo");
  pool = await newTenant("pool");
  write();
  await declare(silo, {
    compute: { model: "silo", namespaces: ["acme-prod"], nodePool: "acme" },
    network: { model: "silo", network: "net-a" },
    data: { model: "silo", database: "acme-prod/orders" },
    secrets: { model: "pool", vaultPath: `${silo}/prod` },
    quota: { model: "silo", hard: {} },
    regions: ["muscat"],
  });
  await declare(pool, {
    compute: { model: "pool", namespaces: ["lulu-prod"], nodePool: null },
    network: { model: "pool", network: null },
    data: { model: "shared", database: "console" },
    secrets: { model: "pool", vaultPath: `${pool}/prod` },
    quota: { model: "pool", hard: { "requests.cpu": "4" } },
    regions: ["muscat"],
  });
  for (const [tenant, namespace] of [
    [silo, "acme-prod"],
    [pool, "lulu-prod"],
  ] as const) {
    await vaultCall(`sys/policies/acl/${tenant}-read`, {
      policy: `path "secret/data/${tenant}/prod/*" { capabilities = ["read"] }`,
    });
    await grant(tenant, tenant, [namespace]);
  }
});

test("each layer is verified from its source, and flips with one fact of it and no row edited", async () => {
  await look();
  expect(await states(silo)).toEqual(verified());
  expect(await states(pool)).toEqual(verified());
  // Compute: the neighbour's pod is on the silo's node.
  write(
    "nodeName: node-2, containers: [{ name: app, image: store",
    "nodeName: node-1, containers: [{ name: app, image: store",
  );
  await look();
  expect((await states(silo)).compute).toBe("violated");
  // Network: a policy that selects all namespaces, on both sides of the border.
  write(
    "{ from: [{ podSelector: {} }] }]\n  egress: [{ to: [{ podSelector: {} }] }]\n---\napiVersion: v1\nkind: ResourceQuota",
    "{ from: [{ namespaceSelector: {} }] }]\n  egress: [{ to: [{ namespaceSelector: {} }] }]\n---\napiVersion: v1\nkind: ResourceQuota",
  );
  await look();
  // Still closed on the other side: egress of one and ingress of the other are both needed.
  expect((await states(pool)).network).toBe("verified");
  write(
    "egress: [{ to: [{ podSelector: {} }] }]",
    "egress: [{}]",
    "ingress: [{ from: [{ podSelector: {} }] }]",
    "ingress: [{}]",
  );
  await look();
  expect((await states(pool)).network).toBe("violated");
  expect((await states(silo)).network).toBe("violated");
  // Quota.
  write('requests.cpu: "4"', 'requests.cpu: "5"');
  await look();
  expect((await states(pool)).quota).toBe("violated");
  // Secrets: a workload of the neighbour may take the role.
  write();
  await grant(pool, pool, ["lulu-prod", "acme-prod"]);
  await look();
  expect((await states(pool)).secrets).toBe("violated");
  await grant(pool, pool, ["lulu-prod"]);
  // A person is a finding, however she came by it.
  await vaultCall("auth/people/users/sara", { token_policies: [`${pool}-read`] });
  await look();
  const readers = (await detail(pool, "secrets")).facts.filter(
    ({ verdict }) => verdict === "violates",
  );
  expect(readers).toMatchObject([{ code: "reader-human", params: { reader: "sara" } }]);
  await vaultCall("auth/people/users/sara", { token_policies: [] });
  // Data: one table of the console's own database is no longer forced.
  await asSuperuser("ALTER TABLE saved_view NO FORCE ROW LEVEL SECURITY");
  try {
    await look();
    expect((await states(pool)).data).toBe("violated");
    expect((await states(silo)).data).toBe("violated");
  } finally {
    await asSuperuser("ALTER TABLE saved_view FORCE ROW LEVEL SECURITY");
  }
  await look();
  expect(await states(pool)).toEqual(verified());
  const told = (await eventsOf(pool)).filter(({ type }) => type === "runtime.isolation.violated");
  expect(told.map(({ payload }) => (payload as { layer: string }).layer)).toEqual([
    "network",
    "quota",
    "secrets",
    // One more violation of a cell that is violated already.
    "secrets",
    "data",
  ]);
  const alerts = await asSuperuser<{ subject_ref: string }>(
    "SELECT subject_ref FROM alert WHERE tenant_id = $1 AND kind = 'isolation-violated' ORDER BY alert_id",
    [pool],
  );
  expect(alerts.map((each) => each.subject_ref)).toEqual([
    "isolation/prod.network",
    "isolation/prod.quota",
    "isolation/prod.secrets",
    "isolation/prod.secrets",
    "isolation/prod.data",
  ]);
});

test("an edge stands on each side for its own tenant: only who knows both sees both", async () => {
  write(
    "egress: [{ to: [{ podSelector: {} }] }]",
    "egress: [{}]",
    "ingress: [{ from: [{ podSelector: {} }] }]",
    "ingress: [{}]",
  );
  await look();
  const both = await reachOver([silo, pool]);
  expect(both.pairs).toEqual([{ from: silo, to: pool, count: 1 }]);
  expect((await edgesOver([silo, pool], silo, pool)).edges[0]).toMatchObject({
    from: { workload: "acme-prod/shop-1[Pod]", allowedBy: { names: ["acme-prod/own-only"] } },
    to: { workload: "lulu-prod/store-1[Pod]", allowedBy: { names: ["lulu-prod/own-only"] } },
  });
  const one = await reachOver([pool]);
  expect(one.pairs).toEqual([{ from: null, to: pool, count: 1 }]);
  const opaque = await edgesOver([pool], null, pool);
  expect(opaque.edges).toMatchObject([{ from: null }]);
  expect(JSON.stringify(opaque)).not.toContain("acme");
  expect(JSON.stringify(one)).not.toContain("acme");
  const fact = (await detail(pool, "network")).facts.find(
    ({ code }) => code === "reached-by-tenant",
  );
  expect(fact).toMatchObject({ peer: null });
  const named = await detail(pool, "network", [silo, pool]);
  expect(named.facts.find(({ code }) => code === "reached-by-tenant")).toMatchObject({
    peer: silo,
  });
  const rows = await asSuperuser<Record<string, unknown>>(
    "SELECT * FROM isolation_edge WHERE tenant_id = $1",
    [pool],
  );
  expect(JSON.stringify(rows)).not.toContain(silo);
});

test("a source that is away makes its layers unknown with since when, and says so until it is back", async () => {
  await look();
  rmSync(folder, { recursive: true });
  await look();
  const { rows } = await matrixOf();
  const row = rows.find(({ tenant }) => tenant === pool);
  expect(row?.cells.map(({ state }) => state)).toEqual([
    "unknown",
    "unknown",
    "verified",
    "unknown",
    "unknown",
  ]);
  const away = async () =>
    (await detail(pool, "network")).sources.find(({ kind }) => kind === "cluster")?.awaySince;
  const since = await away();
  expect(since).toBeInstanceOf(Date);
  await look();
  expect(await away()).toEqual(since);
  mkdirSync(folder);
  write();
  await look();
  expect(await states(pool)).toEqual(verified());
});

test("an unchanged world moves the time and writes nothing into the log", async () => {
  await look();
  const before = (await eventsOf(pool)).length;
  const { observedAt, since } = await detail(pool, "network");
  await look();
  const after = await detail(pool, "network");
  expect((await eventsOf(pool)).length).toBe(before);
  expect(after.observedAt?.getTime()).toBeGreaterThan(observedAt?.getTime() ?? 0);
  expect(after.since).toEqual(since);
});

test("outside the agreed regions: a residency finding, an alert, and a cell of its own for auditors", async () => {
  await look();
  const row = async () => (await matrixOf()).rows.find((each) => each.tenant === pool);
  expect((await row())?.residency.state).toBe("verified");
  write(
    "net-b, topology.kubernetes.io/region: muscat",
    "net-b, topology.kubernetes.io/region: dublin",
  );
  await look();
  expect((await row())?.residency).toMatchObject({ state: "violated", findings: 1 });
  // No other layer is its concern.
  expect(await states(pool)).toEqual(verified());
  const alerts = await asSuperuser(
    "SELECT subject_ref, detail FROM alert WHERE tenant_id = $1 AND kind = 'isolation-violated'",
    [pool],
  );
  expect(alerts).toEqual([
    { subject_ref: "isolation/prod.residency", detail: "region-outside-placement" },
  ]);
  const document = await withTenant(pool, "tenant", (tx) =>
    cellEvidence(tx, pool, { environment: "prod", layer: "residency" }),
  );
  const carried = JSON.parse(JSON.stringify(document)) as typeof document;
  expect(verifyEvidence(carried).filter(({ isSound }) => !isSound)).toEqual([]);
  expect(JSON.stringify(carried)).not.toContain(silo);
  // The log's own event names the digest of the same facts.
  const event = (await eventsOf(pool)).find(
    ({ type, payload }) =>
      type === "runtime.isolation.violated" && (payload as { layer: string }).layer === "residency",
  );
  expect(event?.payload).toMatchObject({ factsDigest: carried.factsDigest });
  expect(carried.changes[0]).toMatchObject({ state: "violated", factsDigest: carried.factsDigest });
});

test("what if: asked on screen, answered by the worker from the last reading, nothing applied", async () => {
  write("egress: [{ to: [{ podSelector: {} }] }]", "egress: [{}]");
  await look();
  const before = readFileSync(join(folder, "cluster.yaml"), "utf8");
  const answer = await answerTo(pool, {
    kind: "change",
    policies: `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: own-only, namespace: lulu-prod }
spec: { podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ ports: [{ port: 443 }] }] }`,
    remove: [],
  });
  expect(answer).toMatchObject({
    policies: { replaced: ["lulu-prod/own-only"] },
    before: { state: "verified" },
    after: { state: "violated" },
    proposal: null,
  });
  const crossing = answer?.edges.filter(({ far }) => far.kind === "tenant");
  expect(crossing).toMatchObject([
    { own: "lulu-prod/store-1[Pod]", direction: "in", before: null, after: "TCP 443", count: 1 },
  ]);
  // Who it is stays with those who may know it (law 3).
  expect(JSON.stringify(answer)).not.toContain("acme");
  expect(JSON.stringify(answer)).not.toContain(silo);
  expect(readFileSync(join(folder, "cluster.yaml"), "utf8")).toBe(before);
  await look();
  expect((await states(pool)).network).toBe("verified");
});

test("the rule that is missing is written for one side, and the engine finds the connection gone", async () => {
  write(
    "egress: [{ to: [{ podSelector: {} }] }]",
    "egress: [{}]",
    "ingress: [{ from: [{ podSelector: {} }] }]",
    "ingress: [{}]",
  );
  await look();
  const [edge] = (await edgesOver([silo, pool], silo, pool)).edges;
  const edgeId = edge?.edgeId ?? "";
  for (const [tenant, direction] of [
    [silo, "out"],
    [pool, "in"],
  ] as const) {
    const answer = await answerTo(tenant, { kind: "close", edgeId, direction });
    expect(answer?.proposal?.closes).toBe(true);
    expect(answer?.after.state).toBe("verified");
    expect(answer?.proposal?.yaml).toContain("kind: NetworkPolicy");
    expect(answer?.proposal?.yaml).not.toContain(tenant === silo ? pool : silo);
  }
  // The other side of a connection is not the asker's to ask about.
  await expect(answerTo(pool, { kind: "close", edgeId, direction: "out" })).rejects.toMatchObject({
    code: "not_found",
  });
  // Closed meanwhile: told, and nothing proposed.
  const asked = await ask(pool, { kind: "close", edgeId, direction: "in" });
  write();
  await answerAll();
  expect((await asked())?.problems).toMatchObject([{ code: "edge-gone" }]);
});

test("20,000 connections of a tenant are counted and read a page at a time", async () => {
  await look();
  await asSuperuser(
    `INSERT INTO isolation_edge (tenant_id, edge_id, direction, environment, cluster, workload, ports, allowed_by, peer, first_seen_at)
     SELECT t, substr(sha256(convert_to('e' || n, 'UTF8')), 1, 16), d, 'prod', 'c', 'shop/w' || n || '[Pod]', 'TCP 1',
       '{"kind": "not-isolated", "names": []}', decode(p, 'hex'), now()
     FROM generate_series(1, 20000) n, (VALUES ($1, 'out', $3), ($2, 'in', $4)) s (t, d, p)`,
    [silo, pool, peerRef(pool), peerRef(silo)],
  );
  expect((await reachOver([silo, pool])).pairs).toEqual([{ from: silo, to: pool, count: 20_000 }]);
  expect((await reachOver([silo])).pairs).toEqual([{ from: silo, to: null, count: 20_000 }]);
  const first = await edgesOver([silo, pool], silo, pool);
  const second = await edgesOver([silo, pool], silo, pool, first.next);
  const ids = [...first.edges, ...second.edges].map(({ edgeId }) => edgeId);
  expect(new Set(ids).size).toBe(40);
  expect(second.edges[0]).toMatchObject({
    from: { environment: "prod" },
    to: { environment: "prod" },
  });
  expect((await edgesOver([silo, pool], pool, silo)).edges).toEqual([]);
});

/** The sample cluster with the two tenants' names, after changes of its text. */
function write(...changes: string[]): void {
  let text = SAMPLE;
  for (let at = 0; at < changes.length; at += 2) {
    const [from = "", to = ""] = changes.slice(at, at + 2);
    if (!text.includes(from)) throw new Error(`the sample has no "${from}"`);
    // The neighbour's policy is the second of two alike.
    const place = text.lastIndexOf(from);
    const isPolicy = from.startsWith("egress: [{ to");
    const here = isPolicy ? text.indexOf(from) : place;
    text = text.slice(0, here) + to + text.slice(here + from.length);
  }
  const named = text
    .replaceAll("tenant: acme", `tenant: ${silo}`)
    .replaceAll("tenant: lulu", `tenant: ${pool}`);
  writeFileSync(join(folder, "cluster.yaml"), named);
}

async function look(): Promise<void> {
  const due = "UPDATE isolation_look SET due_at = clock_timestamp() WHERE tenant_id IN ($1, $2)";
  await asSuperuser(due, [silo, pool]);
  const identity = () => ({
    name: "per-organization",
    realms: [silo, pool].map((tenant) => ({
      realm: tenant,
      issuer: `https://id.example/realms/${tenant}`,
      tenant,
    })),
  });
  const sources = {
    vault: client,
    clusters: [cluster],
    platformReaders: [],
    vaultRegion: "muscat",
    identity,
  };
  await lookAtIsolation({ ...sources, owner: "test", everySeconds: 3_600 });
}

function verified() {
  return Object.fromEntries(LAYERS.map((layer) => [layer, "verified"]));
}

async function states(tenant: AuthorizedTenantId): Promise<Record<string, string>> {
  const row = (await matrixOf()).rows.find((each) => each.tenant === tenant);
  return Object.fromEntries(row?.cells.map(({ layer, state }) => [layer, state]) ?? []);
}

function matrixOf() {
  const set = mintAuthorizedTenantSet([silo, pool]);
  return withTenantSet(set, (tx) => matrix(tx, set, "prod"));
}

function reachOver(tenants: AuthorizedTenantId[]) {
  const set = mintAuthorizedTenantSet(tenants);
  return withTenantSet(set, (tx) => reach(tx, set, "prod"));
}

/** Asks; gives what reads the answer. */
async function ask(tenant: AuthorizedTenantId, question: WhatIfQuestion) {
  const officer = userOf(tenant, "sara");
  const { whatIfId } = await runVerb(askWhatIf, officer, { environment: "prod", question });
  return async () =>
    (await withTenant(tenant, "tenant", (tx) => whatIfOf(tx, tenant, whatIfId, [tenant]))).answer;
}

async function answerAll(): Promise<void> {
  await answerWhatIfs({ clusters: [cluster], owner: "test" });
}

async function answerTo(tenant: AuthorizedTenantId, question: WhatIfQuestion) {
  const read = await ask(tenant, question);
  await answerAll();
  return read();
}

function edgesOver(
  tenants: AuthorizedTenantId[],
  from: string | null,
  to: string | null,
  after: string | null = null,
) {
  const set = mintAuthorizedTenantSet(tenants);
  const asked = { environment: "prod", from, to, after } as const;
  return withTenantSet(set, (tx) => edges(tx, set, asked));
}

function detail(
  tenant: AuthorizedTenantId,
  layer: (typeof LAYERS)[number],
  known: readonly string[] = [tenant],
) {
  return withTenant(tenant, "tenant", (tx) =>
    cellDetail(tx, tenant, { environment: "prod", layer }, known),
  );
}

function declare(tenant: AuthorizedTenantId, declaration: DeclarationInput) {
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  return runVerb(declareIsolation, admin, {
    environment: "prod",
    declaration,
    basedOn: 0,
    reason: "as agreed with the organization",
  });
}

function grant(role: string, tenant: string, namespaces: string[]): Promise<void> {
  return vaultCall(`auth/kubernetes/role/${role}`, {
    token_policies: [`${tenant}-read`],
    bound_service_account_names: ["*"],
    bound_service_account_namespaces: namespaces,
  });
}

async function vaultCall(path: string, body: unknown): Promise<void> {
  const response = await fetch(`${vault.address}/v1/${path}`, {
    method: "POST",
    headers: { "x-vault-token": token, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}
