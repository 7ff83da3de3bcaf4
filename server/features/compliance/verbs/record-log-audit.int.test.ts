import { expect, test } from "vitest";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { asSuperuser as connectedSuperuser } from "#server/features/audit/testing/as-superuser.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import { runVerb } from "#server/platform/verb.ts";
import { auditLogRows } from "#server/worker/compliance/audit-log-rows.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { recordLogAudit } from "./record-log-audit.ts";

const kept = async (tenant: string) =>
  (
    await asSuperuser<{ note: string; fault_count: number; faults: string[]; log_size: string }>(
      "SELECT note, fault_count, faults, log_size FROM compliance_log_audit WHERE tenant_id = $1",
      [tenant],
    )
  )[0];

/** As only a superuser can: no trigger keeps the row from it. */
const alter = (tenant: string, eventId: string | undefined, actorRef: string | undefined) =>
  connectedSuperuser(async (client) => {
    await client.query("BEGIN");
    await client.query("SET LOCAL session_replication_role = replica");
    await client.query(
      "UPDATE audit_event SET actor_ref = $3 WHERE tenant_id = $1 AND event_id = $2",
      [tenant, eventId, actorRef],
    );
    await client.query("COMMIT");
  });

test("what an audit finds stays with the head it was found by, until one by that head finds nothing", async () => {
  const tenant = await newTenant("audited");
  const [first] = await emitMany(tenant, 3);
  await sealPendingAudit(tenant);
  expect(await auditLogRows(tenant)).toBe(0);
  const intact = await kept(tenant);
  const [before] = await asSuperuser<{ actor_ref: string }>(
    "SELECT actor_ref FROM audit_event WHERE tenant_id = $1 AND event_id = $2",
    [tenant, first],
  );
  expect(intact).toMatchObject({ fault_count: 0, log_size: "3" });

  await emitMany(tenant, 2);
  await sealPendingAudit(tenant);
  await alter(tenant, first, "user:somebody-else");
  expect(await auditLogRows(tenant)).toBeGreaterThan(0);
  const altered = await kept(tenant);
  expect(altered?.faults[0]).toContain(`event ${first}`);
  expect(altered?.note).toBe(intact?.note);
  await alter(tenant, first, before?.actor_ref);
  expect(await auditLogRows(tenant)).toBe(0);
  expect((await kept(tenant))?.note).not.toBe(intact?.note);

  const outcomes = (await eventsOf(tenant))
    .filter(({ type }) => type === "runtime.compliance.log-audited")
    .map(({ outcome }) => outcome);
  expect(outcomes).toEqual(["succeeded", "failed", "succeeded"]);
});

test("only the worker records it", async () => {
  const tenant = await newTenant("audited");
  const input = { begunAt: new Date(), logSize: "1", note: "n", faultCount: 0, faults: [] };
  await expect(runVerb(recordLogAudit, userOf(tenant, "officer"), input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
