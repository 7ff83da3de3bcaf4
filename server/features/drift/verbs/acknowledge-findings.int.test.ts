import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { findingDetail } from "../queries.ts";
import { found, officerOf, seenFixture } from "../testing/drift-fixture.ts";
import { acknowledgeFindings } from "./acknowledge-findings.ts";

const { groupId } = seenFixture();

test("one, or all of a cause; twice is once; the event counts them", async () => {
  const tenant = await newTenant("drift");
  const [one = "", two = ""] = await found(tenant, { name: "a" }, { name: "b" }, { name: "c" });
  const act = (target: object) =>
    runVerb(acknowledgeFindings, officerOf(tenant), { reason: "I take it", ...target });
  expect(await act({ findingIds: [one] })).toEqual({ count: 1 });
  expect(await act({ findingIds: [one] })).toEqual({ count: 0 });
  expect(await act({ groupId })).toEqual({ count: 2 });
  const detail = await withTenant(tenant, "tenant", (tx) => findingDetail(tx, tenant, two, []));
  expect(detail).toMatchObject({
    state: "acknowledged",
    acknowledgedByName: "Name of officer",
    history: [{ kind: "acknowledged", note: "I take it" }, { kind: "found" }],
  });
  const told = (await eventsOf(tenant)).filter(({ type }) => type === "runtime.drift.acknowledged");
  expect(told.map(({ payload }) => (payload as { count: number }).count)).toEqual([1, 2]);
  expect(told[0]?.envelope.subject).toBe(`drift-finding/${one}`);
});

test("foreign equals absent; scope and input are asked for", async () => {
  const [tenant, other] = [await newTenant("drift"), await newTenant("drift")];
  const findingIds = await found(tenant, {});
  const input = { findingIds, reason: "" };
  await expect(runVerb(acknowledgeFindings, officerOf(other), input)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    runVerb(acknowledgeFindings, officerOf(other), { groupId, reason: "" }),
  ).rejects.toMatchObject({ code: "not_found" });
  const reader = userOf(tenant, "reader", { roles: ["compliance"] });
  await expect(runVerb(acknowledgeFindings, reader, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(acknowledgeFindings, officerOf(tenant), { reason: "" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "findingIds" } });
});
