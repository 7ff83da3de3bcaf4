import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  ENGINE_MOUNT,
  type EngineSeed,
  ensureDatabaseEngine,
  ensureDynamicRole,
  ensureStaticRole,
} from "#server/embedded/demo/ensure-database-engine.ts";
import { issueLease } from "#server/features/leases/verbs/issue-lease.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { DatabaseEngine } from "#server/integrations/openbao/database-engine.ts";
import type { TargetLogin } from "#server/integrations/postgres-roles/postgres-target.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { fileDatabase } from "#test/harness/file-database.ts";
import { type LeasedLogin, readLeasedLogin } from "../../leases/leased-login.ts";
import { tendLease } from "../../leases/tend-lease.ts";
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

export interface BoundDynamicRole {
  bindingId: string;
  role: string;
  path: string;
  workload: string;
  engine: DatabaseEngine;
  /** A lease is asked for by an officer and issued by a worker, in this process. Gives its id. */
  issue(): Promise<string>;
  /** Does what a lease calls for now. */
  tend(leaseId: string): Promise<void>;
  login(version?: number): Promise<LeasedLogin>;
  /** Logins that the database has of this role. */
  usernames(): Promise<string[]>;
}

/** A role of which one workload gets logins by lease, with none issued yet. */
export async function newDynamicRole(
  fixture: RotationFixture,
  {
    isExclusive = true,
    ttl = "1h",
    canLogIn = true,
    workload,
  }: { isExclusive?: boolean; ttl?: string; canLogIn?: boolean; workload?: string } = {},
): Promise<BoundDynamicRole> {
  const seed = await engineOf(fixture);
  const { tenant, target, client } = fixture;
  const role = `dynamic-${randomBytes(5).toString("hex")}`;
  const group = `${tenant}-${role}`;
  await ensureDynamicRole(seed, { role, group, ttl });
  const path = `${tenant}/test/${role}`;
  const named = workload ?? `${role}-reader`;
  const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
    name: role,
    class: "dynamic-database-credential",
    environment: "test",
    store: "openbao",
    path,
    owner: "tests",
    rotator: {
      kind: "openbao-dynamic",
      mount: ENGINE_MOUNT,
      role,
      workload: named,
      target: canLogIn ? target : null,
      isExclusive,
    },
    currentVersion: null,
    graceSeconds: 0,
    lastRotatedAt: null,
  });
  const tend = (leaseId: string) =>
    tendLease({ vault: client, owner: "test", leaseSeconds: 60 }, { tenantId: tenant, leaseId });
  return {
    bindingId,
    role,
    path,
    workload: named,
    engine: client.database(ENGINE_MOUNT),
    tend,
    async issue() {
      const reason = "the workload has no login yet";
      const officer = userOf(tenant, "officer");
      const { leaseId } = await runVerb(issueLease, officer, { bindingId, reason });
      await tend(leaseId);
      return leaseId;
    },
    async login(version = 0) {
      const found = await readLeasedLogin(client.kv, path, version);
      if (found.kind !== "found") throw new Error(`${path} is ${found.kind}`);
      return found.login;
    },
    async usernames() {
      const rows = await asSuperuser<{ name: string }>(
        `SELECT m.rolname AS name FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
         JOIN pg_roles g ON g.oid = a.roleid WHERE g.rolname = $1 AND m.rolname LIKE 'v-%'`,
        [group],
      );
      return rows.map(({ name }) => name);
    },
  };
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
