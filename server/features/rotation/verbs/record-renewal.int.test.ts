import { expect, test } from "vitest";
import type { z } from "zod";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import {
  askRenewal,
  certificateRig,
  issued,
  see,
  watcher,
  watchOf,
} from "../testing/watched-rig.ts";
import { beginRenewal } from "./begin-renewal.ts";
import { recordRenewal } from "./record-renewal.ts";

async function begun() {
  const rig = await certificateRig();
  await see(rig, issued(1));
  const { renewalId } = await askRenewal(rig);
  await runVerb(beginRenewal, watcher(rig), { renewalId });
  const record = (outcome: z.input<typeof recordRenewal.input>["outcome"]) =>
    runVerb(recordRenewal, watcher(rig), { renewalId, outcome });
  return { rig, renewalId, record };
}

test("asked, it waits for the next issuance, which ends it", async () => {
  const { rig, record } = await begun();
  expect(await record({ kind: "asked" })).toMatchObject({ state: "asked" });
  await see(rig, issued(1, 9));
  expect((await watchOf(rig)).renewals).toMatchObject([{ state: "asked", finishedAt: null }]);
  await see(rig, issued(2, 0));
  const [renewal] = (await watchOf(rig)).renewals;
  expect(renewal).toMatchObject({ state: "renewed" });
  expect(renewal?.finishedAt).toBeInstanceOf(Date);
});

test("refused, it is over, and says why; another may be asked for", async () => {
  const { rig, record } = await begun();
  const outcome = {
    kind: "refused" as const,
    errorCode: "no_cluster_api",
    errorText:
      "The console can't reach the cluster. Renew it there: cmctl renew --namespace shop front",
  };
  expect(await record(outcome)).toMatchObject({ state: "refused" });
  expect((await watchOf(rig)).renewals).toMatchObject([{ errorText: outcome.errorText }]);
  expect(await record({ kind: "asked" })).toMatchObject({ state: "refused" });
  expect(await askRenewal(rig)).toMatchObject({ state: "requested" });
});

test("put off, it is tried again after a pause that grows", async () => {
  const { rig, record } = await begun();
  const later = { kind: "later" as const, errorCode: "unreachable", errorText: "no answer" };
  expect(await record(later)).toMatchObject({ state: "asking" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.renewal-put-off",
    outcome: "failed",
  });
});
