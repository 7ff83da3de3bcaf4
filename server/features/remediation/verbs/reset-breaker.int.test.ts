import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { breakers } from "../queries.ts";
import { oneFinding, propose } from "../testing/remediation-fixture.ts";
import { resetBreaker } from "./reset-breaker.ts";

test("a person closes it again, once; another tenant's is absent", async () => {
  const tenant = await newTenant("mend");
  await propose(tenant, await oneFinding(tenant));
  await asSuperuser(
    `INSERT INTO remediation_breaker (tenant_id, breaker_id, cluster, object_digest, rule, api_version, kind, name, count,
       window_seconds, opened_at, event_id)
     SELECT $1, gen_random_uuid(), 'muscat', sha256('o'), 'field-drift', 'v1', 'ConfigMap', 'web', 3, 60, now(), event_id
     FROM remediation WHERE tenant_id = $1`,
    [tenant],
  );
  const [open] = (await withTenant(tenant, "tenant", (tx) => breakers(tx, tenant))).breakers;
  const input = { breakerId: open?.breakerId ?? "", reason: "looked at it" };
  const eve = userOf(await newTenant("other"), "eve");
  await expect(runVerb(resetBreaker, eve, input)).rejects.toMatchObject({ code: "not_found" });
  expect(await runVerb(resetBreaker, userOf(tenant, "ada"), input)).toEqual({ outcome: "reset" });
  expect(await runVerb(resetBreaker, userOf(tenant, "ada"), input)).toEqual({
    outcome: "unchanged",
  });
  const after = (await withTenant(tenant, "tenant", (tx) => breakers(tx, tenant))).breakers;
  expect(after).toMatchObject([{ resetByName: "Name of ada", resetReason: "looked at it" }]);
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types.filter((type) => type.endsWith("breaker-reset"))).toHaveLength(1);
});
