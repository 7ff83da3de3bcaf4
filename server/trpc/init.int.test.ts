import { uuidv7 } from "uuidv7";
import { afterAll, expect, test } from "vitest";
import { freshTenant } from "#server/features/audit/testing/audit-fixture.ts";
import { closeConnections } from "#server/features/audit/testing/close-connections.ts";
import { signedIn } from "#server/features/audit/testing/signed-in.ts";
import { env } from "#server/platform/env/env.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { createCallerFactory } from "./init.ts";
import { appRouter } from "./root.ts";

afterAll(closeConnections);

const callerOf = createCallerFactory(appRouter);
const DENIED = "runtime.access.denied";

async function refusalOf(tenants: readonly string[], asking: string) {
  const caller = callerOf(signedIn(tenants, { asking }));
  return caller.audit.head().then(
    () => expect.unreachable(),
    (error: { code: string; message: string }) => [error.code, error.message],
  );
}

async function denialsIn(tenant: string) {
  const events = await eventsOf(mintAuthorizedTenant(tenant));
  return events.filter(({ type }) => type === DENIED);
}

test("who asks for another tenant is refused as for an absent one, and his own log says so", async () => {
  const [own, foreign, absent] = [freshTenant(), freshTenant(), freshTenant()];
  expect(await refusalOf([own], foreign)).toEqual(await refusalOf([own], absent));
  const [denial, ...more] = await denialsIn(own);
  expect(denial).toMatchObject({
    subject: "act/audit.head",
    outcome: "denied",
    payload: { cause: "tenant", asked: foreign },
  });
  // The second is counted with the first, and nothing is written where it is not the caller's own.
  expect(more).toEqual([]);
  expect(await eventsOf(foreign)).toEqual([]);
});

test("who has several tenants is the Sovereign's: its log says so", async () => {
  const tenants = [freshTenant(), freshTenant()];
  const foreign = freshTenant();
  await refusalOf(tenants, foreign);
  expect(await denialsIn(env().SOVEREIGN)).toContainEqual(
    expect.objectContaining({ payload: expect.objectContaining({ asked: foreign }) }),
  );
  for (const tenant of tenants) expect(await eventsOf(tenant)).toEqual([]);
});

test("a request that names no tenant, or no name at all, is refused and writes nothing odd", async () => {
  const own = freshTenant();
  const caller = callerOf({ ...signedIn([own]), headers: new Headers() });
  await expect(caller.audit.head()).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await eventsOf(own)).toEqual([]);
  await refusalOf([own], "Not A Name; a secret perhaps");
  const [denial] = await denialsIn(own);
  expect(denial?.payload).not.toHaveProperty("asked");
});

test("a change that another site sent is refused, and the log of the person it used says so", async () => {
  const own = freshTenant();
  const context = signedIn([own], { role: "security-officer" });
  context.headers.set("origin", "https://evil.example");
  const refused = callerOf(context).alerts.acknowledge({ alertId: uuidv7() });
  await expect(refused).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await denialsIn(own)).toMatchObject([
    { subject: "act/alerts.acknowledge", payload: { cause: "cross-site" } },
  ]);
});
