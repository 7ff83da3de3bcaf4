import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  applied,
  detail,
  held,
  looked,
  oneFinding,
  worker,
} from "../testing/remediation-fixture.ts";
import { recordVerdict } from "./record-verdict.ts";

type Tenant = Awaited<ReturnType<typeof newTenant>>;
async function judge(
  tenant: Tenant,
  id: string,
  object: "as-desired" | "differs" | "away" = "as-desired",
) {
  const input = { ...(await held(tenant, id)), object, trouble: object === "away" ? "away" : "" };
  return (await runVerb(recordVerdict, worker(tenant), input)).state;
}

test("nothing is verified before both looks, and before the finding is gone", async () => {
  const tenant = await newTenant("mend");
  const id = await applied(tenant);
  expect(await judge(tenant, id)).toBe("verifying");
  await looked(tenant, { isGone: false });
  expect(await judge(tenant, id, "away")).toBe("verifying");
  expect(await judge(tenant, id)).toBe("verifying");
  await looked(tenant);
  expect(await judge(tenant, id)).toBe("verified");
  expect((await detail(tenant, id)).finishedAt).not.toBeNull();
});

test("a new finding that is critical, or a cell newly violated, is worse; what was there before is not", async () => {
  const tenant = await newTenant("mend");
  await oneFinding(tenant, { name: "old", severity: "high" });
  const id = await applied(tenant);
  await oneFinding(tenant, { name: "new", severity: "critical" });
  await looked(tenant);
  expect(await judge(tenant, id)).toBe("rolling_back");
  expect((await detail(tenant, id)).worse).toMatchObject({
    findings: [{ severity: "critical" }],
    cells: [],
  });
  const other = await newTenant("mend");
  const second = await applied(other);
  await asSuperuser(
    `INSERT INTO isolation_cell (tenant_id, environment, layer, state, since, observed_at, facts, facts_digest)
     VALUES ($1, 'prod', 'network', 'violated', now(), now(), '[]', sha256('f'))`,
    [other],
  );
  await looked(other);
  expect(await judge(other, second)).toBe("rolling_back");
  expect((await detail(other, second)).worse?.cells).toEqual([
    { environment: "prod", layer: "network" },
  ]);
});

test("what somebody else changed since has failed, and people are told", async () => {
  const tenant = await newTenant("mend");
  const id = await applied(tenant);
  await looked(tenant);
  expect(await judge(tenant, id, "differs")).toBe("failed");
  const told = await asSuperuser("SELECT kind FROM alert WHERE tenant_id = $1", [tenant]);
  expect(told).toEqual([{ kind: "remediation-failed" }]);
});

test("what can't be judged for long is told of once", async () => {
  const tenant = await newTenant("mend");
  const id = await applied(tenant);
  await asSuperuser(
    "UPDATE remediation SET applied_at = applied_at - interval '1 hour' WHERE remediation_id = $1",
    [id],
  );
  await judge(tenant, id, "away");
  await judge(tenant, id, "away");
  const told = await asSuperuser("SELECT kind FROM alert WHERE tenant_id = $1", [tenant]);
  expect(told).toEqual([{ kind: "remediation-unclear" }]);
});
