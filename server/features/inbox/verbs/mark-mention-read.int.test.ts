import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import {
  admin,
  ask,
  demand,
  developer,
  officer,
  pipeline,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { commentOnDeployment } from "#server/features/deployments/verbs/comment-on-deployment.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { inboxOf } from "../queries.ts";
import { markMentionRead } from "./mark-mention-read.ts";

const inbox = async (who: Caller, isBrief = false) =>
  (await withTenant(who.tenant, "tenant", (tx) => inboxOf(tx, who.tenant, who, { isBrief }))).items;

test("one list of what waits for whom: approvals with what blocks them, and mentions until they are read", async () => {
  const tenant = await newTenant("inbox");
  await demand(tenant, {
    groups: [{ role: "sovereign-admin", count: 2 }],
    trustedRegistries: ["registry.example/bank"],
    waitingSeconds: 3_600,
  });
  const { deploymentId } = await ask(developer(tenant));
  const comment = (body: string) =>
    runVerb(commentOnDeployment, developer(tenant), { deploymentId, body });
  const { commentId } = await comment("Please look, @security-officer and @name-of-anna.");
  await comment("Nobody is meant by mail@security-officer.example");

  expect(await inbox(admin(tenant))).toMatchObject([
    {
      kind: "deployment",
      where: { deploymentId, service: "checkout", environment: "prod" },
      by: "Name of developer",
      missing: 2,
      isExpiring: false,
      blockers: [{ code: "forbid-deploy-waiting-time" }],
    },
  ]);
  expect(await inbox(admin(tenant), true)).toMatchObject([{ where: null, blockers: [] }]);
  // Named by role, and by name; never the author, and never a program.
  for (const who of [officer(tenant), admin(tenant, "anna")])
    expect(await inbox(who)).toContainEqual(
      expect.objectContaining({ kind: "mention", id: commentId, by: "Name of developer" }),
    );
  expect(await inbox(developer(tenant))).toEqual([]);
  expect(await inbox(pipeline(tenant))).toEqual([]);

  const mark = (who: Caller, id = commentId) => runVerb(markMentionRead, who, { commentId: id });
  await mark(officer(tenant));
  await mark(officer(tenant));
  expect(await inbox(officer(tenant))).toEqual([]);
  expect((await inbox(admin(tenant, "anna"))).map(({ kind }) => kind)).toContain("mention");
  const events = (await eventsOf(tenant)).filter(
    ({ type }) => type === "runtime.inbox.mention-read",
  );
  expect(events).toMatchObject([{ subject: `deployment/${deploymentId}`, payload: { commentId } }]);

  const elsewhere = await newTenant("inbox");
  await expect(mark(officer(elsewhere))).rejects.toMatchObject({ code: "not_found" });
  await expect(mark(officer(tenant), uuidv7())).rejects.toMatchObject({ code: "not_found" });
  await expect(mark(officer(tenant), "x")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "commentId" },
  });
  await expect(mark({ ...officer(tenant), scopes: new Set<never>() })).rejects.toMatchObject({
    code: "forbidden",
  });

  // What ends soon says so, by the database's clock.
  await asSuperuser(
    "UPDATE approval_request SET expires_at = clock_timestamp() + interval '10 minutes' WHERE tenant_id = $1",
    [tenant],
  );
  expect((await inbox(admin(tenant)))[0]).toMatchObject({ isExpiring: true });
});
