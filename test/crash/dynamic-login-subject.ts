import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { newDynamicRole } from "#server/worker/rotation/testing/database-engine-fixture.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { CrashSubject } from "./crash-subject.ts";
import { extraVersions } from "./extra-versions.ts";

/** A login by lease, issued once, of a role that only the console issues from. */
export async function dynamicLoginSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const bound = await newDynamicRole(fixture);
  const { client, target } = fixture;
  await bound.issue();
  const before = await bound.login();
  return {
    bindingId: bound.bindingId,
    async unusable() {
      const login = await bound.login();
      const result = (await probeLogin(target, login)).kind;
      const isStill = (await bound.login()).leaseRef === login.leaseRef;
      return result === "accepted" || !isStill ? null : `the current login is ${result}`;
    },
    async lost() {
      const faults: string[] = [];
      const now = await bound.login();
      if (now.leaseRef === before.leaseRef) faults.push("there is no new login");
      if ((await probeLogin(target, now)).kind !== "accepted") faults.push("the new login is dead");
      if ((await probeLogin(target, before)).kind !== "refused") faults.push("the old login lives");
      if (!(await client.leases.lookup(now.leaseRef))) faults.push("the new lease is gone");
      return faults;
    },
    async doubled() {
      const faults = await extraVersions(fixture, bound.path);
      const known = await client.leases.list(bound.engine.leasePrefix(bound.role));
      if (known.length !== 1) faults.push(`OpenBao knows ${known.length} leases`);
      const names = await bound.usernames();
      if (names.length !== 1) faults.push(`the database has ${names.length} logins`);
      const rows = await asSuperuser<{ state: string; lease_ref: string | null }>(
        "SELECT state, lease_ref FROM secret_lease WHERE binding_id = $1 ORDER BY lease_id",
        [bound.bindingId],
      );
      const states = rows.map(({ state }) => state).join();
      if (states !== "revoked,active") faults.push(`the ledger says ${states}`);
      if (rows.at(-1)?.lease_ref !== known[0]) faults.push("the ledger names another lease");
      return faults;
    },
  };
}
