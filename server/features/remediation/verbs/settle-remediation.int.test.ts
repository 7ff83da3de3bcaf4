import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  approved,
  decide,
  detail,
  held,
  looked,
  planned,
  SEEN,
  sha,
  worker,
} from "../testing/remediation-fixture.ts";
import { settleRemediation } from "./settle-remediation.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;
async function settle(tenant: Tenant, id: string, seen: typeof SEEN | null = SEEN) {
  return (await runVerb(settleRemediation, worker(tenant), { ...(await held(tenant, id)), seen }))
    .state;
}

test("waits for people, and follows what they decide", async () => {
  const tenant = await newTenant("mend");
  const id = await planned(tenant);
  expect(await settle(tenant, id)).toBe("awaiting_approval");
  await decide(tenant, id, "reject");
  expect(await settle(tenant, id)).toBe("refused");
  const other = await newTenant("mend");
  expect(await detail(other, await approved(other))).toMatchObject({ state: "approved" });
});

test("what changed, or is gone, is superseded, also after its approval; its approval is taken back", async () => {
  for (const seen of [
    { ...SEEN, liveDigest: sha("other") },
    { ...SEEN, desiredDigest: sha("other") },
  ]) {
    const tenant = await newTenant("mend");
    const id = await planned(tenant);
    await decide(tenant, id);
    expect(await settle(tenant, id, seen)).toBe("superseded");
    expect((await detail(tenant, id)).approval?.state).toBe("withdrawn");
  }
  const tenant = await newTenant("mend");
  const id = await planned(tenant);
  await looked(tenant);
  expect(await settle(tenant, id, null)).toBe("superseded");
});

test("nobody decided in time", async () => {
  const tenant = await newTenant("mend");
  const id = await planned(tenant);
  await asSuperuser(
    "UPDATE remediation SET expires_at = clock_timestamp() WHERE remediation_id = $1",
    [id],
  );
  expect(await settle(tenant, id)).toBe("expired");
});
