import { expect, test } from "vitest";
import { emit } from "#server/features/audit/testing/audit-fixture.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { actRow, REASON } from "../testing/retention-fixture.ts";
import { requestErasure } from "./request-erasure.ts";

test("an erasure names what it takes and waits for a second person; foreign, empty and own records are refused", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  const eventId = await emit(tenant, { subject: "person/1" });
  const ask = (selection: object, caller = officer) =>
    runVerb(requestErasure, caller, { selection, reason: REASON });
  const { actId, state } = await ask({ subject: "person/1" });
  expect(state).toBe("awaiting_approval");
  expect(await actRow(actId ?? "")).toMatchObject({ plan: { eventIds: [eventId] } });
  const stranger = userOf(await newTenant(), "officer");
  await expect(ask({ eventIds: [eventId] }, stranger)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(ask({})).rejects.toMatchObject({ details: { field: "selection.eventIds" } });
  // What tells of the request itself can't be erased.
  await expect(ask({ subject: `retention-act/${actId}` })).rejects.toMatchObject({
    details: { field: "selection" },
  });
});
