import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { ask, eventsOf, newRegions, submitted } from "../testing/region-rig.ts";
import { tickCheck } from "./tick-check.ts";

test("an item is ticked with evidence, by somebody; ticking it alike again is one tick", async () => {
  const rig = await newRegions();
  const promotionId = await ask(rig);
  const tick = {
    promotionId,
    item: "backups-taken",
    evidence: "snapshot of 09:00, checksum in the ticket",
  } as const;
  await runVerb(tickCheck, rig.operator, tick);
  await runVerb(tickCheck, rig.operator, tick);
  await runVerb(tickCheck, rig.admin, { ...tick, evidence: "snapshot of 10:00" });
  const rows = await asSuperuser(
    "SELECT item, evidence, ticked_by FROM dr_promotion_check WHERE tenant_id = $1",
    [rig.tenant],
  );
  expect(rows).toMatchObject([
    { item: "backups-taken", evidence: "snapshot of 10:00", ticked_by: { subject: "admin" } },
  ]);
  expect(await eventsOf(rig, `dr-promotion/${promotionId}`)).toEqual([
    "runtime.regions.promotion-requested",
    "runtime.regions.promotion-check-ticked",
    "runtime.regions.promotion-check-ticked",
  ]);
});

test("each runbook has its own items; what approvers are shown is not changed behind them", async () => {
  const rig = await newRegions();
  const promotionId = await ask(rig, "planned-switchover");
  const evidence = "the racks are dark";
  await expect(
    runVerb(tickCheck, rig.operator, { promotionId, item: "old-primary-lost", evidence }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "item" } });
  const closed = await submitted(rig);
  await expect(
    runVerb(tickCheck, rig.operator, { promotionId: closed, item: "backups-taken", evidence }),
  ).rejects.toMatchObject({ code: "conflict" });
});

test("another tenant's promotion is not found; without the scope forbidden; evidence is asked for", async () => {
  const [rig, other] = [await newRegions(), await newRegions()];
  const promotionId = await ask(rig);
  const tick = { promotionId, item: "backups-taken", evidence: "in the ticket" } as const;
  await expect(runVerb(tickCheck, other.operator, tick)).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(tickCheck, rig.worker, tick)).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(tickCheck, rig.operator, { ...tick, evidence: " " })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "evidence" },
  });
});
