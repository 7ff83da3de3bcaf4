import { setChangeWindows } from "#server/features/change-windows/verbs/set-change-windows.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";

/** Gives production a window of one hour a week that is not open now, nor within the next two days. */
export async function closeWindow(tenant: AuthorizedTenantId) {
  const day = ((new Date().getUTCDay() + 3) % 7) + 1;
  const window = { days: [day], start: "02:00", end: "03:00", timeZone: "UTC" };
  await runVerb(setChangeWindows, userOf(tenant, "officer"), {
    environment: "prod",
    windows: [window],
    reason: "only once a week from now on",
  });
  return window;
}
