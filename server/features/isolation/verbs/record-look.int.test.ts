import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { cellDetail } from "../queries.ts";
import { beginIsolationLook } from "./begin-look.ts";
import { recordIsolationLook } from "./record-look.ts";

const workerFor = (tenant: AuthorizedTenantId) => workerOf(tenant, ["runtime.isolation.observe"]);

async function turn(tenant: AuthorizedTenantId): Promise<string> {
  const due =
    "UPDATE isolation_look SET due_at = clock_timestamp(), lease_until = NULL WHERE tenant_id = $1";
  await asSuperuser(due, [tenant]);
  const input = { owner: "w1", leaseSeconds: 60 };
  const { begun } = await runVerb(beginIsolationLook, workerFor(tenant), input);
  return begun?.fence ?? "none";
}

function record(
  tenant: AuthorizedTenantId,
  fence: string,
  inputs: string,
  state: "verified" | "violated",
  missing: readonly string[] = ["shop"],
) {
  const source = { kind: "cluster" as const, name: "c" };
  const facts = missing.map((namespace) => ({
    code: state === "verified" ? ("quota-within" as const) : ("quota-absent" as const),
    verdict: state === "verified" ? ("supports" as const) : ("violates" as const),
    source,
    params: { namespace },
    peer: null,
    objects: [],
  }));
  return runVerb(recordIsolationLook, workerFor(tenant), {
    fence,
    nextInSeconds: 3_600,
    inputsDigest: inputs.repeat(64),
    sources: [{ ...source, digest: inputs, takenAt: null, reason: null }],
    cells: [{ environment: "prod", layer: "quota", model: "pool", state, facts }],
    edges: [],
  });
}

test("a cell keeps since when it is what it is; each change is an event and stays in its history", async () => {
  const tenant = await newTenant("looked");
  const cell = () =>
    withTenant(tenant, "tenant", (tx) =>
      cellDetail(tx, tenant, { environment: "prod", layer: "quota" }, []),
    );
  await record(tenant, await turn(tenant), "a", "verified");
  const first = await cell();
  await record(tenant, await turn(tenant), "b", "verified");
  expect((await cell()).since).toEqual(first.since);
  const { changed } = await record(tenant, await turn(tenant), "c", "violated");
  expect(changed).toMatchObject([{ before: "verified", state: "violated" }]);
  expect(await cell()).toMatchObject({
    state: "violated",
    history: [
      { before: "verified", state: "violated" },
      { before: null, state: "verified" },
    ],
  });
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toEqual(["runtime.isolation.verified", "runtime.isolation.violated"]);
});

test("a second violation of a violated cell is news of its own; one that goes, or stays, is not", async () => {
  const tenant = await newTenant("looked");
  await record(tenant, await turn(tenant), "a", "violated");
  const second = await record(tenant, await turn(tenant), "b", "violated", ["shop", "bank"]);
  expect(second.changed).toMatchObject([
    { before: "violated", state: "violated", added: [{ params: { namespace: "bank" } }] },
  ]);
  const gone = await record(tenant, await turn(tenant), "c", "violated", ["bank"]);
  expect(gone.changed).toEqual([]);
  const back = await record(tenant, await turn(tenant), "d", "violated", ["bank", "shop"]);
  expect(back.changed).toHaveLength(1);
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toEqual(Array(3).fill("runtime.isolation.violated"));
});

test("who lost the turn records nothing", async () => {
  const tenant = await newTenant("looked");
  const late = await turn(tenant);
  await turn(tenant);
  await expect(record(tenant, late, "a", "verified")).rejects.toMatchObject({ code: "stale" });
});
