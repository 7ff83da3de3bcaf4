import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  ENGINE_MOUNT,
  type EngineSeed,
  ensureDatabaseEngine,
  ensureStaticRole,
} from "#server/embedded/demo/ensure-database-engine.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { DatabaseEngine } from "#server/integrations/openbao/database-engine.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import type { RotationFixture } from "./rotation-fixture.ts";

export interface BoundStaticRole {
  bindingId: string;
  role: string;
  username: string;
  evidencePath: string;
  engine: DatabaseEngine;
  /** What OpenBao gives out now. */
  login(): Promise<TargetLogin & { lastRotatedAt: string | null }>;
}

const seeds = new WeakMap<RotationFixture, Promise<EngineSeed>>();

/** The vault's database engine, connected to the fixture's database; made once. */
export function engineOf(fixture: RotationFixture): Promise<EngineSeed> {
  const found = seeds.get(fixture) ?? connect(fixture);
  seeds.set(fixture, found);
  return found;
}

async function connect({ client, vault, tenant, target }: RotationFixture): Promise<EngineSeed> {
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8"));
  const seed = {
    vault: { client, address: vault.address, token },
    adminUrl: fileDatabase().urls.superuser,
    target,
    tenant,
  };
  await ensureDatabaseEngine(seed);
  return seed;
}

/** A static role that `openbao-static-role` rotates. */
export async function newStaticRole(
  fixture: RotationFixture,
  { canLogIn = true }: { canLogIn?: boolean } = {},
): Promise<BoundStaticRole> {
  const seed = await engineOf(fixture);
  const { tenant, target, client } = fixture;
  const role = `static-${randomBytes(5).toString("hex")}`;
  const username = `${tenant}-${role}`;
  await ensureStaticRole(seed, { role, username });
  const evidencePath = `${tenant}/test/${role}.evidence`;
  const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
    name: role,
    class: "database-credential",
    environment: "test",
    store: "openbao",
    path: `${ENGINE_MOUNT}/static-roles/${role}`,
    owner: "tests",
    rotator: {
      kind: "openbao-static-role",
      mount: ENGINE_MOUNT,
      role,
      login: canLogIn ? { target, evidencePath } : null,
    },
    currentVersion: 1,
    graceSeconds: 0,
    lastRotatedAt: new Date(),
  });
  const engine = client.database(ENGINE_MOUNT);
  return {
    bindingId,
    role,
    username,
    evidencePath,
    engine,
    async login() {
      const found = await engine.staticCredential(role);
      if (!found) throw new Error(`there is no static role ${role}`);
      return found;
    },
  };
}
