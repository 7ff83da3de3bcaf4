import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { changeWindows } from "../queries.ts";
import { setChangeWindows } from "./set-change-windows.ts";

const NIGHTS = { days: [7, 1, 1], start: "22:00", end: "04:00", timeZone: "Asia/Muscat" };
const REASON = "rotations only at night from now on";

async function view(tenant: Awaited<ReturnType<typeof newTenant>>) {
  const { environments } = await withTenant(tenant, "tenant", (tx) => changeWindows(tx, tenant));
  return Object.fromEntries(environments.map((each) => [each.environment, each]));
}

test("the windows of one environment are replaced, with an event that says what they were", async () => {
  const tenant = await newTenant("windows");
  const officer = userOf(tenant, "officer");
  expect((await view(tenant)).prod).toMatchObject({ windows: [], isOpen: true, opensAt: null });

  const ask = { environment: "prod", windows: [NIGHTS], reason: REASON } as const;
  expect(await runVerb(setChangeWindows, officer, { ...ask, windows: [...ask.windows] })).toEqual({
    environment: "prod",
    count: 1,
  });
  const { prod, staging } = await view(tenant);
  expect(prod?.windows).toEqual([{ ...NIGHTS, days: [1, 7] }]);
  expect(prod?.opensAt).toBeInstanceOf(Date);
  expect(staging?.windows).toEqual([]);

  // The same again changes nothing and tells of nothing.
  await runVerb(setChangeWindows, officer, { ...ask, windows: [...ask.windows] });
  const told = (await eventsOf(tenant)).filter((event) =>
    event.type.endsWith("change-windows-set"),
  );
  expect(told).toHaveLength(1);

  await runVerb(setChangeWindows, officer, { ...ask, windows: [] });
  expect((await view(tenant)).prod?.windows).toEqual([]);
});

test.each([
  [
    { ...NIGHTS, timeZone: "Mars/Olympus" },
    "windows.0.timeZone: must be the name of a time zone, like Asia/Muscat",
  ],
  [
    { ...NIGHTS, start: "24:00" },
    "windows.0.start: must be a time of day like 22:00, from 00:00 to 23:59",
  ],
  [{ ...NIGHTS, days: [] }, "windows.0.days: must have a day"],
  [{ ...NIGHTS, days: [0] }, "windows.0.days.0: must be 1 to 7"],
])("%j is refused", async (window, message) => {
  const tenant = await newTenant("windows");
  const ask = { environment: "prod" as const, windows: [window], reason: REASON };
  await expect(runVerb(setChangeWindows, userOf(tenant, "officer"), ask)).rejects.toMatchObject({
    code: "invalid",
    message,
  });
});

test("who may not manage policies may not set windows", async () => {
  const tenant = await newTenant("windows");
  const reader = userOf(tenant, "reader", { scopes: ["runtime.policies.read"] });
  const ask = { environment: "prod" as const, windows: [], reason: REASON };
  await expect(runVerb(setChangeWindows, reader, ask)).rejects.toMatchObject({ code: "forbidden" });
});
