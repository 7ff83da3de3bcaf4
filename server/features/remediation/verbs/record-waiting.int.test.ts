import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  approved,
  detail,
  held,
  oneFinding,
  propose,
  worker,
} from "../testing/remediation-fixture.ts";
import { recordDryRun } from "./record-dry-run.ts";
import { recordWaiting } from "./record-waiting.ts";

const TROUBLE = "Kubernetes read: unreachable";
const eventsOf = (tenant: string) =>
  asSuperuser<{ type: string }>(
    "SELECT type FROM audit_event WHERE tenant_id = $1 AND type LIKE '%remediation-waits'",
    [tenant],
  );
const alertsOf = (tenant: string) =>
  asSuperuser<{ kind: string; detail: string }>(
    "SELECT kind, detail FROM alert WHERE tenant_id = $1 AND kind = 'remediation-waits'",
    [tenant],
  );
const pauseOf = async (id: string) => {
  const [row] = await asSuperuser<{ seconds: number; leased: boolean }>(
    `SELECT extract(epoch FROM due_at - clock_timestamp())::int AS seconds, lease_until IS NOT NULL AS leased
     FROM remediation WHERE remediation_id = $1`,
    [id],
  );
  return row;
};

test("an approved one whose cluster is away says so once, waits longer and longer, tells people, and ends", async () => {
  const tenant = await newTenant("mend");
  const id = await approved(tenant);
  const wait = async () =>
    runVerb(recordWaiting, worker(tenant), { ...(await held(tenant, id)), trouble: TROUBLE });
  expect(await wait()).toEqual({ state: "approved" });
  const waiting = await detail(tenant, id);
  expect(waiting).toMatchObject({ state: "approved", errorCode: "away", errorText: TROUBLE });
  expect(waiting.awaySince).toBeInstanceOf(Date);
  expect(waiting.steps.at(-1)).toMatchObject({ to: "approved", note: TROUBLE });
  for (let at = 0; at < 9; at++) await wait();
  expect(await eventsOf(tenant)).toHaveLength(1);
  expect((await detail(tenant, id)).awaySince).toEqual(waiting.awaySince);
  const pause = await pauseOf(id);
  expect(pause?.leased).toBe(false);
  expect(pause?.seconds).toBeGreaterThan(240);
  expect(await alertsOf(tenant)).toEqual([]);
  await asSuperuser(
    "UPDATE remediation SET away_since = clock_timestamp() - interval '16 minutes' WHERE remediation_id = $1",
    [id],
  );
  await wait();
  await wait();
  expect(await alertsOf(tenant)).toMatchObject([{ detail: expect.stringContaining(TROUBLE) }]);
  await asSuperuser(
    "UPDATE remediation SET expires_at = clock_timestamp() WHERE remediation_id = $1",
    [id],
  );
  expect(await wait()).toEqual({ state: "expired" });
  expect(await detail(tenant, id)).toMatchObject({ state: "expired", errorCode: "away" });
});

test("a proposal that can't be tried stays where it is; what is back is no longer away", async () => {
  const tenant = await newTenant("mend");
  const id = await propose(tenant, await oneFinding(tenant));
  const record = async (result: Parameters<typeof runDryRun>[2]) => runDryRun(tenant, id, result);
  await record({ how: "away", trouble: TROUBLE });
  await record({ how: "away", trouble: TROUBLE });
  expect(await detail(tenant, id)).toMatchObject({ state: "dry_run", errorCode: "away" });
  expect(await eventsOf(tenant)).toHaveLength(1);
  await record({ how: "refused", refusal: "leftover", trouble: "" });
  expect(await detail(tenant, id)).toMatchObject({ state: "refused", awaySince: null });
});

async function runDryRun(
  tenant: Awaited<ReturnType<typeof newTenant>>,
  id: string,
  result:
    | { how: "away"; trouble: string }
    | { how: "refused"; refusal: "leftover"; trouble: string },
) {
  return runVerb(recordDryRun, worker(tenant), { ...(await held(tenant, id)), result });
}
