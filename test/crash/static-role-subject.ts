import { probeLogin } from "#server/integrations/postgres-roles/probe-login.ts";
import { newStaticRole } from "#server/worker/rotation/testing/database-engine-fixture.ts";
import type { RotationFixture } from "#server/worker/rotation/testing/rotation-fixture.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { CrashSubject } from "./crash-subject.ts";

/** A static role of the database engine, with a login that the console can try. */
export async function staticRoleSubject(fixture: RotationFixture): Promise<CrashSubject> {
  const bound = await newStaticRole(fixture);
  const { target, client } = fixture;
  const before = await bound.login();
  const tryNow = async () => {
    const login = await bound.login();
    return { at: login.lastRotatedAt, result: (await probeLogin(target, login)).kind };
  };
  return {
    bindingId: bound.bindingId,
    async unusable() {
      const first = await tryNow();
      if (first.result === "accepted") return null;
      // Between database and record OpenBao gives out the value before: it takes it a moment to say so.
      const second = await tryNow();
      if (second.at !== first.at || second.result === "accepted") return null;
      return `what OpenBao gives out is ${second.result}`;
    },
    async lost() {
      const faults: string[] = [];
      if ((await tryNow()).result !== "accepted") faults.push("the new login does not work");
      const old = await probeLogin(target, before);
      if (old.kind !== "refused") faults.push(`the old login is ${old.kind}`);
      return faults;
    },
    async doubled() {
      const faults: string[] = [];
      if (await client.kv.metadata(bound.evidencePath)) faults.push("the evidence was left behind");
      const [row] = await asSuperuser<{ current_version: number }>(
        "SELECT current_version FROM secret_binding WHERE binding_id = $1",
        [bound.bindingId],
      );
      if (row?.current_version !== 2) faults.push(`the console counts ${row?.current_version}`);
      return faults;
    },
  };
}
