import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { force, newRig } from "../testing/rotation-rig.ts";
import { askRenewal, certificateRig, issued, see, watchOf } from "../testing/watched-rig.ts";
import { requestRenewal } from "./request-renewal.ts";

test("a renewal is asked for once at a time, and a worker finds it due", async () => {
  const rig = await certificateRig();
  await see(rig, issued(3));
  const { renewalId, state } = await askRenewal(rig);
  expect(state).toBe("requested");
  const due = await findDueKeys<{ id: string }>("app.due_renewals($1)", [1_000]);
  expect(due.map(({ id }) => id)).toContain(renewalId);
  await expect(askRenewal(rig)).rejects.toMatchObject({ code: "conflict" });
  expect((await watchOf(rig)).renewals).toMatchObject([
    { renewalId, state: "requested", requestedBy: { subject: "officer" } },
  ]);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.renewal-requested",
    payload: { reason: "its key may be known" },
  });
});

test("a certificate is renewed, not rotated; a workload identity neither", async () => {
  const certificate = await certificateRig();
  await expect(force(certificate)).rejects.toMatchObject({
    code: "conflict",
    message: "cert-manager renews this certificate.",
  });
  const svid = await newRig({
    class: "workload-identity",
    store: "file",
    rotator: {
      kind: "spiffe-svid",
      spiffeId: "spiffe://shop/orders",
      form: "x509",
      file: "orders.pem",
    },
    currentVersion: null,
  });
  await expect(force(svid)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("can't be configured or forced"),
  });
  await expect(askRenewal(svid)).rejects.toMatchObject({ code: "conflict" });
});

test("another tenant's certificate is absent, and a developer may not ask", async () => {
  const [rig, other] = [await certificateRig(), await certificateRig()];
  const input = { bindingId: other.bindingId, reason: "seen in a ticket attachment" };
  await expect(runVerb(requestRenewal, rig.officer, input)).rejects.toMatchObject({
    code: "not_found",
  });
  const developer = userOf(other.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(requestRenewal, developer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
