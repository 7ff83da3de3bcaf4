import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { policyPrincipal } from "#server/platform/authz/policy-principal.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, runVerb, verb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { decision, decisions, recordedDecision } from "../queries.ts";
import { replayDecision } from "../replay-decision.ts";
import { publishDenialCounts } from "./publish-denial-counts.ts";

const guarded = verb({
  name: "test.guarded",
  scope: "runtime.alerts.manage",
  input: z.object({}),
  output: z.object({}),
  run: async () => audited({}, { type: "runtime.test.done", subject: "test/one" }),
});

/** Refused by policy wherever the tenant is no Sovereign. */
const judged = verb({
  name: "test.judged",
  scope: "runtime.tenants.manage",
  policy: "CreateTenant",
  input: z.object({}),
  output: z.object({}),
  facts: async ({ tenant: here, caller }) => {
    const principal = policyPrincipal(caller);
    const resource = { type: "Tenant" as const, id: here };
    return { principal: principal.uid, resource, context: {}, entities: [principal] };
  },
  run: async () => audited({}, { type: "runtime.test.done", subject: "test/one" }),
});

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const nobody = (name = "nobody") => userOf(tenant, name, { scopes: [] });
const flood = (times: number, caller = nobody()) =>
  Promise.allSettled(Array.from({ length: times }, () => runVerb(guarded, caller, {})));
const publish = () =>
  runVerb(publishDenialCounts, workerOf(tenant, ["runtime.denials.publish"]), {});
const endWindows = () =>
  asSuperuser("UPDATE denial_window SET window_ends_at = clock_timestamp() WHERE tenant_id = $1", [
    tenant,
  ]);

describe("denials under flood", () => {
  test("fifty at once are one event, then the count, told once", async () => {
    const answers = await flood(50);
    expect(answers.every(({ status }) => status === "rejected")).toBe(true);
    const [first, ...rest] = await eventsOf(tenant);
    expect(first).toMatchObject({ type: "runtime.access.denied", subject: "act/test.guarded" });
    expect(rest).toEqual([]);
    await publish();
    expect(await eventsOf(tenant)).toHaveLength(1);
    await endWindows();
    await Promise.all([publish(), publish()]);
    await publish();
    const [, count, ...more] = await eventsOf(tenant);
    expect(count).toMatchObject({
      type: "runtime.access.denials-counted",
      subject: "act/test.guarded",
      outcome: "denied",
      actorKind: "worker",
      payload: { further: 49, cause: "scope" },
      envelope: { causationid: first?.eventId },
    });
    expect(more).toEqual([]);
  });

  test("another person or another tenant is counted apart", async () => {
    await flood(3);
    await flood(3, nobody("somebody-else"));
    const other = await newTenant();
    await flood(3, userOf(other, "nobody", { scopes: [] }));
    expect(await eventsOf(tenant)).toHaveLength(2);
    expect(await eventsOf(other)).toHaveLength(1);
  });

  test("a single denial leaves no count behind", async () => {
    await flood(1);
    await endWindows();
    await publish();
    expect(await eventsOf(tenant)).toHaveLength(1);
    expect(await asSuperuser("SELECT 1 FROM denial_window WHERE tenant_id = $1", [tenant])).toEqual(
      [],
    );
  });

  test("only the worker's scope publishes; the tenant's login cannot delete a window", async () => {
    const admin = userOf(tenant, "admin", { roles: ["sovereign-admin", "security-officer"] });
    await expect(runVerb(publishDenialCounts, admin, {})).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(
      withTenant(tenant, "tenant", (tx) => tx.query("DELETE FROM denial_window")),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await publish()).toEqual({ published: 0 });
  });
});

describe("recorded decisions", () => {
  const denied = (name: string) =>
    runVerb(judged, userOf(tenant, name, { roles: ["sovereign-admin"] }), {}).catch(
      () => undefined,
    );
  const page = (of: AuthorizedTenantId, cursor?: string) =>
    withTenant(of, "tenant", (tx) => decisions(tx, of, { limit: 2, cursor }));

  test("are listed, read in words, and give the same bytes when made again", async () => {
    for (const name of ["a", "b", "c"]) await denied(name);
    const first = await page(tenant);
    const second = await page(tenant, first.nextCursor ?? undefined);
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
    const [newest] = first.items;
    expect(newest).toMatchObject({
      action: "CreateTenant",
      outcome: "deny",
      reasons: [{ policyId: "forbid-create-tenant-elsewhere", words: expect.stringMatching(/ /) }],
    });
    const id = newest?.decisionId ?? "";
    const [found, recorded] = await withTenant(tenant, "tenant", async (tx) => [
      await decision(tx, tenant, id),
      await recordedDecision(tx, tenant, id),
    ]);
    expect(JSON.parse(found?.request ?? "")).toMatchObject({ action: "CreateTenant" });
    if (!recorded) throw new Error("not recorded");
    expect(replayDecision(recorded)).toMatchObject({ verdict: "same" });
  });

  test("another tenant's are absent", async () => {
    await denied("a");
    const id = (await page(tenant)).items[0]?.decisionId ?? "";
    const other = await newTenant();
    expect((await page(other)).items).toEqual([]);
    expect(await withTenant(other, "tenant", (tx) => decision(tx, other, id))).toBeUndefined();
  });
});
