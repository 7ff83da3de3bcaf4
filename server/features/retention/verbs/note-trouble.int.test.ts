import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  actRow,
  dueErasure,
  retentionWorker,
  tenantWithKeys,
} from "../testing/retention-fixture.ts";
import { noteTrouble, TRIES_BEFORE_TELLING } from "./note-trouble.ts";

test("trouble is kept with the act; from the fifth try on it is told, once", async () => {
  const tenant = await tenantWithKeys();
  const { actId } = await dueErasure(tenant);
  const note = (caller = retentionWorker(tenant)) =>
    runVerb(noteTrouble, caller, { actId, trouble: "the keeper does not answer" });
  await expect(note(userOf(tenant, "officer"))).rejects.toMatchObject({ code: "forbidden" });
  await expect(note(retentionWorker(await newTenant("kept")))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await note()).toEqual({ isNew: false, kind: "erasure" });
  expect(await actRow(actId)).toMatchObject({ trouble: "the keeper does not answer" });
  await asSuperuser("UPDATE retention_act SET attempt = $2 WHERE act_id = $1", [
    actId,
    TRIES_BEFORE_TELLING,
  ]);
  expect(await note()).toEqual({ isNew: true, kind: "erasure" });
  expect(await note()).toEqual({ isNew: false, kind: "erasure" });
  const told = (await eventsOf(tenant)).filter(({ type }) => type.endsWith("act-failing"));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ outcome: "failed", payload: { attempts: 5, act: "erasure" } });
});
