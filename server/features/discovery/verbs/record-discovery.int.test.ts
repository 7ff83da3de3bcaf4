import { expect, test } from "vitest";
import { rotationSummary } from "#server/features/rotation/rotation-summary.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { unbindSecret } from "#server/features/rotation/verbs/unbind-secret.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { discoveryState, sightingsOf } from "../queries.ts";
import { begin, discoverer, dueNow, find, secretAt, standings } from "../testing/discovery-rig.ts";
import { noteFound } from "./note-found.ts";
import { recordDiscovery } from "./record-discovery.ts";

const reason = "nobody needs it any more";

function bind(tenant: AuthorizedTenantId, path: string, rotator: object = KV) {
  return runVerb(bindSecret, systemCaller(tenant, "test"), {
    name: path.split("/").at(-1) ?? path,
    class: "api-token",
    environment: "prod",
    store: "openbao",
    path,
    owner: "tests",
    rotator: rotator as typeof KV,
    currentVersion: 1,
    lastRotatedAt: new Date(),
  });
}
const KV = { kind: "kv-generated" as const, field: "value", bytes: 32, keep: [] };
const state = (tenant: AuthorizedTenantId) =>
  withTenant(tenant, "tenant", (tx) => discoveryState(tx, tenant));
const typesOf = async (tenant: AuthorizedTenantId) =>
  (await eventsOf(tenant)).map(({ type }) => type.replace("runtime.secrets.", ""));

test("what nobody bound is unmanaged; binding it adopts it", async () => {
  const tenant = await newTenant("discovery");
  const [bound, found] = [`${tenant}/prod/bound`, `${tenant}/prod/found`];
  await bind(tenant, bound);
  expect(await find(tenant, [bound, found])).toEqual({
    unmanaged: 1,
    missing: 0,
    back: 0,
    isMore: false,
  });
  expect(await standings(tenant)).toEqual({ [bound]: "healthy", [found]: "unmanaged" });
  await bind(tenant, found);
  expect(await standings(tenant)).toEqual({ [bound]: "healthy", [found]: "healthy" });
  const events = await eventsOf(tenant);
  expect(events.at(-1)?.payload).toMatchObject({ outcome: "adopted" });
  expect(events.find(({ type }) => type.endsWith("discovered"))?.payload).toMatchObject({
    unmanaged: 1,
    found: 2,
    runs: 1,
  });
});

test("what is gone is missing, keeps its history, and is taken back when it is there again", async () => {
  const tenant = await newTenant("discovery");
  const path = `${tenant}/prod/token`;
  const { bindingId } = await bind(tenant, path);
  await find(tenant, [path]);
  expect(await find(tenant, [])).toMatchObject({ missing: 1 });
  expect(await standings(tenant)).toEqual({ [path]: "missing" });
  const officer = userOf(tenant, "officer");
  await expect(runVerb(forceRotate, officer, { bindingId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await find(tenant, [])).toMatchObject({ missing: 0 });
  expect(await find(tenant, [path])).toMatchObject({ back: 1 });
  expect(await standings(tenant)).toEqual({ [path]: "healthy" });
  expect(await typesOf(tenant)).toEqual([
    "bound",
    "discovered",
    "discovered",
    "gone-missing",
    "runtime.access.denied",
    "found-again",
    "discovered",
  ]);
});

test("as many are said to be unmanaged as the dashboard counts and lists: an overdue one is overdue", async () => {
  const tenant = await newTenant("discovery");
  const none = { kind: "none", missing: "nobody has said who changes it" };
  const { bindingId } = await bind(tenant, `${tenant}/prod/old`, none);
  await asSuperuser(
    "UPDATE secret_binding SET last_rotated_at = now() - interval '200 days' WHERE binding_id = $1",
    [bindingId],
  );
  await find(tenant, [`${tenant}/prod/old`, `${tenant}/prod/found`]);
  const counted = await withTenant(tenant, "tenant", (tx) => rotationSummary(tx, tenant));
  expect(counted).toMatchObject({ unmanaged: 1, overdue: 1, missing: 0 });
  expect(await state(tenant)).toMatchObject({ unmanaged: 1, missing: 0 });
});

test("a source that could not be read whole makes nothing missing; since when is kept", async () => {
  const tenant = await newTenant("discovery");
  const [one, two] = [`${tenant}/prod/one`, `${tenant}/prod/two`];
  await bind(tenant, one);
  await bind(tenant, two);
  await find(tenant, [one, two]);
  const failed = (code: string, found: string[]) =>
    find(tenant, found, {
      whole: [],
      sources: [
        {
          source: "openbao-kv",
          place: `${tenant}/`,
          failure: { code, text: "OpenBao kv list: sealed" },
          found: 0,
        },
      ],
    });
  await failed("sealed", []);
  const first = (await state(tenant)).sources[0];
  expect(first).toMatchObject({ failureCode: "sealed", found: 2, readAt: expect.any(Date) });
  expect(await failed("permission_denied", [one])).toMatchObject({ missing: 0 });
  expect(await standings(tenant)).toEqual({ [one]: "healthy", [two]: "healthy" });
  const again = (await state(tenant)).sources[0];
  expect(again).toMatchObject({
    failureCode: "permission_denied",
    failingSince: first?.failingSince,
  });
  await find(tenant, [one, two]);
  expect((await state(tenant)).sources[0]).toMatchObject({ failureCode: null, failingSince: null });
  // Beginning to fail, failing otherwise and healing are told; nothing else happened.
  expect((await typesOf(tenant)).filter((type) => type === "discovered")).toHaveLength(4);
});

test("runs that changed nothing are told together, not one by one", async () => {
  const tenant = await newTenant("discovery");
  for (let run = 0; run < 4; run++) await find(tenant, []);
  expect(await typesOf(tenant)).toEqual(["discovered"]);
  await withTenant(tenant, "worker", (tx) =>
    tx.query(
      "UPDATE discovery_run SET told_at = clock_timestamp() - interval '2 hours' WHERE tenant_id = $1",
      [tenant],
    ),
  );
  await find(tenant, []);
  expect((await eventsOf(tenant)).at(-1)?.payload).toMatchObject({ runs: 4 });
});

test("staged siblings and what a rotator names are none of their own; a stray one is", async () => {
  const tenant = await newTenant("discovery");
  const path = `${tenant}/prod/db`;
  const login = `${tenant}/rotators/db`;
  await bind(tenant, path, {
    kind: "postgres-dual-user",
    target: { host: "db.test", port: 5432, database: "orders", tls: "verify-full" },
    activeRole: "a",
    standbyRole: "b",
    rotatorPath: login,
  });
  const stray = `${tenant}/prod/gone.staged`;
  const [unbound, itsStaged] = [`${tenant}/prod/new`, `${tenant}/prod/new.staged`];
  await find(tenant, [path, `${path}.staged`, login, stray, unbound, itsStaged]);
  expect(Object.keys(await standings(tenant)).sort()).toEqual([path, stray, unbound].sort());
});

test("what was bound, unbound or begun meanwhile is left alone", async () => {
  const tenant = await newTenant("discovery");
  const [rotating, retired, late] = ["rotating", "retired", "late"].map(
    (name) => `${tenant}/prod/${name}`,
  ) as [string, string, string];
  const officer = userOf(tenant, "officer");
  const first = await bind(tenant, rotating);
  await runVerb(forceRotate, officer, { bindingId: first.bindingId, reason });
  const second = await bind(tenant, retired);
  await runVerb(unbindSecret, officer, { bindingId: second.bindingId, reason });
  const begun = await begin(tenant);
  await bind(tenant, late);
  const record = () =>
    runVerb(recordDiscovery, discoverer(tenant), {
      fence: begun?.fence ?? "",
      leaseSeconds: 60,
      nextInSeconds: 60,
      sources: [],
      whole: [{ store: "openbao", prefix: `${tenant}/` }],
      found: [secretAt(retired)],
      references: [],
    });
  expect(await record()).toMatchObject({ unmanaged: 0, missing: 0, back: 0 });
  expect(await standings(tenant)).toEqual({
    [rotating]: "rotating",
    [retired]: "retired",
    [late]: "healthy",
  });
  await expect(record()).rejects.toMatchObject({ code: "stale" });
});

test("what nobody bound and is gone is retired; it comes back as unmanaged", async () => {
  const tenant = await newTenant("discovery");
  const path = `${tenant}/prod/found`;
  await find(tenant, [path]);
  await find(tenant, []);
  expect(await standings(tenant)).toEqual({ [path]: "retired" });
  await find(tenant, [path]);
  expect(await standings(tenant)).toEqual({ [path]: "unmanaged" });
});

test("references say where a secret is used; one that leads nowhere is missing from the start", async () => {
  const tenant = await newTenant("discovery");
  const [there, gone] = [`${tenant}/prod/there`, `${tenant}/prod/gone`];
  const reference = (path: string, place: string) => ({
    ...secretAt(path),
    place,
    detail: "Secret x, SecretSynced",
  });
  const cluster = {
    source: "external-secret" as const,
    place: "omantel",
    failure: null,
    found: 2,
    takenAt: new Date("2026-11-22T06:00:00Z"),
  };
  const kv = { source: "openbao-kv" as const, place: `${tenant}/`, failure: null, found: 1 };
  const references = [
    reference(there, "ExternalSecret a/x"),
    reference(gone, "ExternalSecret a/y"),
  ];
  await find(tenant, [there], { references, sources: [kv, cluster] });
  expect(await standings(tenant)).toEqual({ [there]: "unmanaged", [gone]: "missing" });
  const bindingId = await idOf(tenant, there);
  const sightings = () => withTenant(tenant, "tenant", (tx) => sightingsOf(tx, tenant, bindingId));
  expect((await sightings()).sightings).toMatchObject([
    { source: "external-secret", place: "ExternalSecret a/x", goneAt: null },
  ]);
  const failure = { code: "bad-files", text: "1 not read" };
  await find(tenant, [there], { sources: [kv, { ...cluster, failure }] });
  expect((await sightings()).sightings[0]?.goneAt).toBeNull();
  await find(tenant, [there], { sources: [kv, cluster] });
  expect((await sightings()).sightings[0]?.goneAt).not.toBeNull();
});

test("a run of any size is recorded in chunks; one that dies halfway makes nothing missing", {
  timeout: 180_000,
}, async () => {
  const tenant = await newTenant("discovery");
  const paths = Array.from({ length: 3_000 }, (_, at) => `${tenant}/prod/s${at}`);
  const first = await begin(tenant, 1);
  for (const chunk of chunksOf(paths.slice(0, 1_500))) await note(first?.fence, chunk);
  // It dies here. Another takes the turn, with half of them known.
  await asSuperuser("UPDATE discovery_run SET lease_until = now() WHERE tenant_id = $1", [tenant]);
  const second = await begin(tenant);
  await expect(note(first?.fence, paths.slice(0, 1))).rejects.toMatchObject({ code: "stale" });
  expect(await counted()).toEqual({ unmanaged: 1_500 });
  for (const chunk of chunksOf(paths)) await note(second?.fence, chunk);
  expect(await record(second?.fence, paths)).toEqual({
    unmanaged: 1_500,
    missing: 0,
    back: 0,
    isMore: false,
  });
  expect(await counted()).toEqual({ unmanaged: 3_000 });
  await asSuperuser(
    "UPDATE secret_binding SET origin = 'bound', updated_at = now() - interval '1 hour' WHERE tenant_id = $1",
    [tenant],
  );
  // Bound by now, and 1,200 are gone: a record takes some of them, and keeps the turn for the rest.
  await dueNow(tenant);
  const third = await begin(tenant);
  const left = paths.slice(0, 1_800);
  expect(await record(third?.fence, left)).toMatchObject({ missing: 500, isMore: true });
  expect(await record(third?.fence, left)).toMatchObject({ missing: 1_000, isMore: true });
  expect(await record(third?.fence, left)).toMatchObject({ missing: 1_200, isMore: false });
  expect((await counted()).missing).toBe(1_200);
  await expect(record(third?.fence, left)).rejects.toMatchObject({ code: "stale" });

  function note(fence = "", found: readonly string[] = []) {
    const input = { fence, leaseSeconds: 60, found: found.map(secretAt) };
    return runVerb(noteFound, discoverer(tenant), input);
  }
  function record(fence = "", found: readonly string[] = []) {
    const place = `${tenant}/`;
    return runVerb(recordDiscovery, discoverer(tenant), {
      fence,
      leaseSeconds: 60,
      nextInSeconds: 1,
      sources: [{ source: "openbao-kv", place, failure: null, found: found.length }],
      whole: [{ store: "openbao", prefix: place }],
      found: found.map(secretAt),
      references: [],
    });
  }
  async function counted() {
    const rows = await asSuperuser<{ standing: string; count: number }>(
      "SELECT standing, count(*)::int AS count FROM secret_binding WHERE tenant_id = $1 GROUP BY 1",
      [tenant],
    );
    return Object.fromEntries(rows.map(({ standing, count }) => [standing, count]));
  }
});

function chunksOf(paths: readonly string[]): string[][] {
  const size = 500;
  const many = Math.ceil(paths.length / size);
  return Array.from({ length: many }, (_, at) => paths.slice(at * size, (at + 1) * size));
}

test("only the worker that holds the newest fence records; no person does", async () => {
  const tenant = await newTenant("discovery");
  await begin(tenant);
  const input = {
    fence: "7",
    leaseSeconds: 60,
    nextInSeconds: 1,
    sources: [],
    whole: [],
    found: [],
    references: [],
  };
  await expect(runVerb(recordDiscovery, discoverer(tenant), input)).rejects.toMatchObject({
    code: "stale",
  });
  const scoped = userOf(tenant, "officer", { scopes: ["runtime.secrets.discover"] });
  await expect(runVerb(recordDiscovery, scoped, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});

async function idOf(tenant: AuthorizedTenantId, path: string): Promise<string> {
  const [row] = await withTenant(tenant, "tenant", (tx) =>
    tx.query<{ binding_id: string }>(
      "SELECT binding_id FROM secret_binding WHERE tenant_id = $1 AND path = $2",
      [tenant, path],
    ),
  );
  return row?.binding_id ?? "";
}
