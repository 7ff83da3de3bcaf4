import { expect, test } from "vitest";
import { demand, requestInput } from "#server/features/deployments/testing/deployment-fixture.ts";
import { requestDeployment } from "#server/features/deployments/verbs/request-deployment.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { createCallerFactory } from "#server/trpc/init.ts";
import { appRouter } from "#server/trpc/root.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { useDetail } from "../queries.ts";
import { breakGlass, declared, fireman, officer, REASON, runOut } from "../testing/glass-rig.ts";
import { activateBreakGlass } from "./activate-break-glass.ts";
import { reviewBreakGlass } from "./review-break-glass.ts";

test("the declared person has the rights at once, for minutes; everybody else is alerted, and the next use waits for a review", async () => {
  const tenant = await newTenant("glass");
  const principalId = await declared(tenant);
  const who = fireman(tenant);
  const input = { principalId, minutes: 15, reason: REASON };
  const wanted = await runVerb(activateBreakGlass, who, input).catch((error) => error);
  expect(wanted).toMatchObject({
    code: "step_up_required",
    details: {
      stepUp: { act: "break-glass.activate", digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
  });
  // A factor given for other words is none.
  await proveAtProvider(who, { act: wanted.details.stepUp.act, digest: "0".repeat(64) });
  await expect(runVerb(activateBreakGlass, who, input)).rejects.toMatchObject({
    code: "step_up_required",
  });
  expect((await elevated(who)).scopes.has("runtime.secrets.rotate")).toBe(false);

  const used = await breakGlass(who, principalId);
  expect(used.endsAt.getTime() - used.startsAt.getTime()).toBe(15 * 60_000);
  expect((await elevated(who)).scopes.has("runtime.secrets.rotate")).toBe(true);
  const alert = (await eventsOf(tenant)).find(
    ({ type, payload }) => type === "runtime.alerts.raised" && payload.kind === "break-glass",
  );
  expect(alert?.payload).toMatchObject({ severity: "critical" });

  await runOut(tenant, used.grantId);
  expect((await elevated(who)).scopes.has("runtime.secrets.rotate")).toBe(false);
  await expect(breakGlass(who, principalId)).rejects.toThrow(/not been reviewed by somebody else/);
  // Another declaration of the same person is no way around it.
  const other = await declared(tenant, { environment: "staging" });
  await expect(breakGlass(who, other)).rejects.toThrow(/not been reviewed/);
  await runVerb(reviewBreakGlass, officer(tenant), {
    useId: used.useId,
    verdict: "justified",
    text: "Matches the incident of the night",
  });
  expect(await breakGlass(who, principalId)).toMatchObject({ grantId: expect.any(String) });
});

test("not for anybody else, not with another role, not longer than declared, and of two at once one", async () => {
  const tenant = await newTenant("glass");
  const principalId = await declared(tenant);
  await expect(breakGlass(fireman(tenant, "somebody"), principalId)).rejects.toThrow(
    /not declared/,
  );
  const both = userOf(tenant, "fireman", { roles: ["break-glass", "developer"] });
  await expect(breakGlass(both, principalId)).rejects.toThrow(/no other role/);
  await expect(breakGlass(fireman(tenant), principalId, { minutes: 31 })).rejects.toMatchObject({
    details: { field: "minutes" },
  });
  await expect(breakGlass(fireman(tenant), principalId, { reason: "short" })).rejects.toMatchObject(
    {
      details: { field: "reason" },
    },
  );
  const twice = await Promise.allSettled([
    breakGlass(fireman(tenant), principalId),
    breakGlass(fireman(tenant), principalId),
  ]);
  expect(twice.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("it never skips the tenant guard, trusted registries or the audit log", async () => {
  const [tenant, foreign] = [await newTenant("glass"), await newTenant("glass")];
  await demand(tenant);
  await demand(foreign);
  const who = fireman(tenant);
  const { useId } = await breakGlass(who, await declared(tenant));
  const live = await elevated(who);
  expect(live.scopes.has("runtime.deployments.request")).toBe(true);

  // The guard: the grant is of this tenant, and nothing of another is there.
  const { actor } = who;
  if (actor.kind !== "user") throw new Error("not a person");
  const session = {
    ...actor,
    realm: tenant,
    tenants: [tenant],
    scopes: who.scopes,
    acr: null,
    authTime: new Date(),
  };
  const asking = (asked: string) =>
    createCallerFactory(appRouter)({
      headers: new Headers({ "x-tenant": asked }),
      session,
      freshSession: async () => session,
      requestId: who.requestId,
      traceparent: who.traceparent,
    }).deployments.list({});
  expect(await asking(tenant)).toMatchObject({ items: [] });
  await expect(asking(foreign)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    breakGlass(userOf(foreign, "fireman", { roles: ["break-glass"] }), useId),
  ).rejects.toMatchObject({
    code: "not_found",
  });

  // Trusted registries.
  const digest = `sha256:${"a".repeat(64)}`;
  const untrusted = requestInput({ images: [`registry.elsewhere/x/y:1@${digest}`] });
  await expect(runVerb(requestDeployment, live, untrusted)).rejects.toThrow(/trust/);

  // The log: what was done and what was refused, both seen by whoever reviews.
  await runVerb(requestDeployment, live, requestInput());
  await expect(
    runVerb(activateBreakGlass, { ...live, scopes: new Set() }, {} as never),
  ).rejects.toThrow();
  const { events, eventCount } = await withTenant(tenant, "tenant", (tx) =>
    useDetail(tx, tenant, useId, officer(tenant)),
  );
  expect(eventCount).toBe(events.length);
  const types = events.map(({ type }) => type);
  for (const type of [
    "runtime.access.break-glass-used",
    "runtime.deployments.requested",
    "runtime.access.denied",
  ]) {
    expect(types).toContain(type);
  }
});
