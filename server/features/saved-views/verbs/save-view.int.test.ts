import { expect, test } from "vitest";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { requirePage } from "../page-scope.ts";
import { savedViews } from "../queries.ts";
import { saveView } from "./save-view.ts";

const VIEW = {
  page: "rotations" as const,
  name: "Overdue keys",
  params: "state=overdue&class=signing-key",
};
const list = (caller: Caller) =>
  withTenant(caller.tenant, "tenant", (tx) =>
    savedViews(tx, caller.tenant, caller.actor, { page: "rotations" }),
  );

test("a view is its owner's alone, and the same name replaces it", async () => {
  const tenant = await newTenant("views");
  const [mine, theirs] = [userOf(tenant, "one"), userOf(tenant, "other")];
  const { viewId } = await runVerb(saveView, mine, VIEW);
  expect(await runVerb(saveView, mine, VIEW)).toEqual({ viewId });
  expect(await runVerb(saveView, mine, { ...VIEW, params: "state=failed" })).toEqual({ viewId });
  expect(await list(mine)).toMatchObject([{ viewId, name: VIEW.name, params: "state=failed" }]);
  expect(await list(theirs)).toEqual([]);
  const events = await asSuperuser(
    `SELECT 1 FROM audit_event WHERE tenant_id = '${tenant}' AND type = 'runtime.views.saved'`,
  );
  expect(events).toHaveLength(2);
});

test("a shared view is seen by everybody who may see its page, and stays its owner's", async () => {
  const tenant = await newTenant("views");
  const [mine, theirs] = [userOf(tenant, "one"), userOf(tenant, "other")];
  const view = { page: "audit" as const, name: "Refusals", params: "q=outcome%3Adenied" };
  const { viewId } = await runVerb(saveView, mine, view);
  const listed = (caller: Caller) =>
    withTenant(caller.tenant, "tenant", (tx) =>
      savedViews(tx, caller.tenant, caller.actor, { page: "audit" }),
    );
  expect(await listed(theirs)).toEqual([]);
  expect(await runVerb(saveView, mine, { ...view, isShared: true })).toEqual({ viewId });
  expect(await listed(mine)).toMatchObject([{ viewId, isOwn: true, isShared: true }]);
  expect(await listed(theirs)).toMatchObject([{ viewId, isOwn: false, params: view.params }]);
  // The same name of somebody else is another view.
  await runVerb(saveView, theirs, { ...view, params: "q=x" });
  expect(await listed(theirs)).toMatchObject([{ params: "q=x" }, { viewId }]);
  const elsewhere = userOf(await newTenant("views"), "one");
  expect(await listed(elsewhere)).toEqual([]);
  await runVerb(saveView, mine, { ...view, isShared: false });
  expect(await listed(theirs)).toHaveLength(1);
});

test("who may not read the log keeps and sees no views of it", async () => {
  const caller = userOf(await newTenant("views"), "one");
  const scopes = new Set(["runtime.secrets.read"] as const);
  const view = { page: "audit" as const, name: "Refusals", params: "" };
  await expect(runVerb(saveView, { ...caller, scopes }, view)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(() => requirePage({ ...caller, scopes }, "audit")).toThrow(/runtime\.audit\.read/);
});

test.each([
  [{ name: " " }, "name"],
  [{ params: "state=<script>" }, "params"],
  [{ params: "x".repeat(2_001) }, "params"],
])("%o is refused by name", async (change, field) => {
  const caller = userOf(await newTenant("views"), "one");
  await expect(runVerb(saveView, caller, { ...VIEW, ...change })).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});

test("fifty are enough, and a program has none", async () => {
  const tenant = await newTenant("views");
  const caller = userOf(tenant, "one");
  for (let n = 0; n < 50; n++) await runVerb(saveView, caller, { ...VIEW, name: `view ${n}` });
  await expect(runVerb(saveView, caller, VIEW)).rejects.toMatchObject({ code: "conflict" });
  const worker = workerOf(tenant, ["runtime.secrets.read"]);
  await expect(runVerb(saveView, worker, VIEW)).rejects.toThrow();
});
