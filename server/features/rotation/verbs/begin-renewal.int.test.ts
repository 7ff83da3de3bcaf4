import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  askRenewal,
  certificateRig,
  issued,
  see,
  watcher,
  watchOf,
} from "../testing/watched-rig.ts";
import { beginRenewal } from "./begin-renewal.ts";

test("one worker takes it, with the issuance that was in use when it was asked for", async () => {
  const rig = await certificateRig();
  await see(rig, issued(7));
  const { renewalId } = await askRenewal(rig);
  const begin = () => runVerb(beginRenewal, watcher(rig), { renewalId });
  expect((await begin()).begun).toMatchObject({
    rotator: { kind: "cert-manager", namespace: "shop", certificate: "front" },
    revision: 7,
    attempt: 1,
    isLate: false,
  });
  expect((await begin()).begun).toBeNull();
  expect((await watchOf(rig)).renewals).toMatchObject([{ state: "asking" }]);
  // The worker is gone: after its time another takes it.
  await asSuperuser(
    "UPDATE certificate_renewal SET due_at = clock_timestamp() WHERE tenant_id = $1",
    [rig.tenant],
  );
  expect((await begin()).begun).toMatchObject({ attempt: 2, revision: 7 });
});

test("no person begins it, and another tenant's is not there", async () => {
  const [rig, other] = [await certificateRig(), await certificateRig()];
  const { renewalId } = await askRenewal(rig);
  await expect(runVerb(beginRenewal, rig.officer, { renewalId })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await runVerb(beginRenewal, watcher(other), { renewalId })).toEqual({ begun: null });
});
