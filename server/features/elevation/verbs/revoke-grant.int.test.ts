import { beforeEach, expect, test } from "vitest";
import { saveEnvironmentPolicy } from "#server/features/deployments/index.ts";
import {
  ask as askForDeployment,
  demand,
  ONE_ADMIN,
  review as reviewDeployment,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, developer, grantTo, offer, officer } from "../testing/elevation-fixture.ts";
import { revokeGrant } from "./revoke-grant.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await offer(tenant);
});
const revoke = (caller: ReturnType<typeof admin>, grantId: string) =>
  runVerb(revokeGrant, caller, { grantId, reason: "Seen where it should not be" });

test("one's own is given back, another's is revoked by whoever has the scope; once", async () => {
  const own = await grantTo(admin(tenant, "ada"));
  const other = await grantTo(admin(tenant, "ben"));
  expect(await revoke(admin(tenant, "ada"), own.grantId)).toMatchObject({ state: "given-back" });
  await expect(revoke(developer(tenant), other.grantId)).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await revoke(officer(tenant), other.grantId)).toMatchObject({ state: "revoked" });
  expect(await revoke(officer(tenant), other.grantId)).toMatchObject({ state: "revoked" });
  const events = await eventsOf(tenant);
  expect(events.filter(({ type }) => type === "runtime.elevation.revoked")).toHaveLength(1);
  const notices = await asSuperuser<{ kind: string }>(
    "SELECT kind FROM alert WHERE tenant_id = $1 AND acknowledged_at IS NOT NULL ORDER BY alert_id",
    [tenant],
  );
  expect(notices.map(({ kind }) => kind)).toEqual([
    "elevation-granted",
    "elevation-granted",
    "elevation-given-back",
    "elevation-revoked",
  ]);
  const foreign = officer(await newTenant());
  await expect(revoke(foreign, other.grantId)).rejects.toMatchObject({ code: "not_found" });
});

test("a caller that was made before the revocation is refused after it: the act looks again itself", async () => {
  await demand(tenant, { ...ONE_ADMIN, requiresElevation: true });
  const { grantId } = await grantTo(admin(tenant, "ada"));
  const before = await elevated(admin(tenant, "ada"));
  expect(before.elevation?.grants).toHaveLength(1);
  await revoke(officer(tenant), grantId);
  const asked = await askForDeployment(developer(tenant));
  await expect(reviewDeployment(before, asked)).rejects.toMatchObject({
    code: "elevation_required",
  });
  const denials = (await eventsOf(tenant)).filter(({ outcome }) => outcome === "denied");
  expect(denials.at(-1)?.payload).toMatchObject({ cause: "elevation" });
});

test("revoked while it is used: the use comes before, or is refused; never in between", async () => {
  await demand(tenant, { ...ONE_ADMIN, requiresElevation: true });
  const outcomes = { before: 0, refused: 0 };
  for (let round = 0; round < 6; round++) {
    const ada = admin(tenant, `ada-${round}`);
    const { grantId } = await grantTo(ada, { scopes: ["runtime.environments.manage"] });
    const save = runVerb(saveEnvironmentPolicy, await elevated(ada), {
      environment: "prod",
      policy: { ...ONE_ADMIN, requiresElevation: true, expirySeconds: 7_200 + round },
      basedOn: 1 + outcomes.before,
      reason: "Another number",
    });
    const [used, revoked] = await Promise.allSettled([save, revoke(officer(tenant), grantId)]);
    expect(revoked.status).toBe("fulfilled");
    if (used.status === "rejected") {
      expect(used.reason).toMatchObject({ code: "elevation_required" });
      outcomes.refused += 1;
      continue;
    }
    outcomes.before += 1;
    const [order] = await asSuperuser<{ is_before: boolean }>(
      `SELECT v.saved_at < g.revoked_at AS is_before FROM environment_policy_version v, elevation_grant g
       WHERE v.tenant_id = $1 AND g.tenant_id = $1 AND g.grant_id = $2 AND v.version = $3`,
      [tenant, grantId, 1 + outcomes.before],
    );
    expect(order?.is_before).toBe(true);
  }
  expect(outcomes.before + outcomes.refused).toBe(6);
});

test("whoever uses a grant holds it: a revocation waits for the end of that transaction", async () => {
  const ada = admin(tenant, "ada");
  const { grantId } = await grantTo(ada);
  const { liveGrants } = await import("../index.ts");
  let isRevoked = false;
  let revoking: Promise<unknown> = Promise.resolve();
  if (ada.actor.kind !== "user") throw new Error("not a person");
  const person = ada.actor;
  await withTenant(tenant, "tenant", async (tx) => {
    expect(await liveGrants(tx, tenant, person, { hold: true })).toHaveLength(1);
    revoking = revoke(officer(tenant), grantId).then(() => {
      isRevoked = true;
    });
    await waitsForLock();
    expect(isRevoked).toBe(false);
  });
  await revoking;
  expect(isRevoked).toBe(true);
});

/** Until some other connection waits for a row that is held. */
async function waitsForLock(): Promise<void> {
  const giveUpAt = Date.now() + 20_000;
  while (Date.now() < giveUpAt) {
    const rows = await asSuperuser(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
         AND query LIKE '%elevation_grant%'`,
    );
    if (rows.length > 0) return;
  }
  throw new Error("nobody waited");
}
