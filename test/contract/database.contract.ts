import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatabaseEngine } from "#server/integrations/openbao/database-engine.ts";
import { waitFor } from "../harness/wait-for.ts";
import { type ContractDatabase, contractDatabase } from "./contract-database.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

/** A real OpenBao elsewhere can't reach the Postgres of this run. */
const isNear = /\/\/(127\.|localhost|\[::1\])/.test(process.env.OPENBAO_ADDR ?? "//127.0.0.1");

describe.skipIf(!isNear)("database", () => {
  let vault: VaultCalls;
  let postgres: ContractDatabase;
  let mount: string;
  let engine: DatabaseEngine;

  beforeAll(async () => {
    vault = await vaultCalls();
    postgres = await contractDatabase();
    mount = await vault.mount("database");
    engine = vault.client.database(mount);
    const { host, port, database, username, password } = postgres;
    const configured = await vault.raw("POST", `${mount}/config/pg`, {
      plugin_name: "postgresql-database-plugin",
      allowed_roles: ["*"],
      connection_url: `postgresql://{{username}}:{{password}}@${host}:${port}/${database}?sslmode=disable`,
      username,
      password,
      password_authentication: "scram-sha-256",
    });
    expect(configured.status).toBe(204);
    await dynamicRole("worker", { default_ttl: "1h", max_ttl: "2h" });
  });

  afterAll(async () => {
    await vault?.stop();
    await postgres?.stop();
  });

  test("the connection is described without its password", async () => {
    const { body } = await vault.raw("GET", `${mount}/config/pg`);
    expect(body.data).toMatchObject({ plugin_name: "postgresql-database-plugin" });
    expect(JSON.stringify(body)).not.toContain(postgres.password);
  });

  test("a static role shows its age without its value, and rotates when told", async () => {
    const username = await postgres.role("before");
    await staticRole("app", username);
    expect(await postgres.canSignIn(username, "before")).toBe(false);
    const described = await engine.staticRole("app");
    expect(described).toMatchObject({ connection: "pg", username, rotationPeriodSeconds: 86_400 });
    const first = await engine.staticCredential("app");
    expect(JSON.stringify([described, first])).not.toContain(first?.password.reveal());
    expect(await postgres.canSignIn(username, first?.password.reveal() ?? "")).toBe(true);

    await engine.rotateStaticRole("app");
    const second = await engine.staticCredential("app");
    expect(Date.parse(second?.lastRotatedAt ?? "")).toBeGreaterThan(
      Date.parse(first?.lastRotatedAt ?? ""),
    );
    expect((await engine.staticRole("app"))?.lastRotatedAt).toBe(second?.lastRotatedAt);
    expect(second?.ttlSeconds).toBeGreaterThan(86_000);
    expect(await postgres.canSignIn(username, second?.password.reveal() ?? "")).toBe(true);
    expect(await postgres.canSignIn(username, first?.password.reveal() ?? "")).toBe(false);
    expect(await engine.staticRoles()).toContain("app");
  });

  test("what isn't there is null, and can't be rotated", async () => {
    expect(await engine.staticRole("absent")).toBeNull();
    expect(await engine.staticCredential("absent")).toBeNull();
    expect(await engine.dynamicRole("absent")).toBeNull();
    expect(await engine.issueCredential("absent")).toBeNull();
    const refused = { failure: "not_found", changedNothing: true };
    await expect(engine.rotateStaticRole("absent")).rejects.toMatchObject(refused);
  });

  test("a rotation that OpenBao goes on trying is unknown, and the old value stays readable", async () => {
    const username = await postgres.role("before");
    await staticRole("broken", username);
    const before = await engine.staticCredential("broken");
    await postgres.query(`DROP ROLE ${username}`);
    const failing = engine.rotateStaticRole("broken");
    await expect(failing).rejects.toMatchObject({
      failure: "outcome_unknown",
      oddity: "background_retry",
      changedNothing: false,
    });
    const after = await engine.staticCredential("broken");
    expect(after?.lastRotatedAt).toBe(before?.lastRotatedAt);
    expect(after?.password.reveal()).toBe(before?.password.reveal());
    await postgres.query(`CREATE ROLE ${username} LOGIN`);
    await engine.rotateStaticRole("broken");
    const repaired = await engine.staticCredential("broken");
    expect(await postgres.canSignIn(username, repaired?.password.reveal() ?? "")).toBe(true);
  });

  test.each([
    [{ username: "nobody_here", rotation_period: "24h" }, 500],
    [{ username: "postgres", rotation_period: "1s" }, 400],
    [{ username: "postgres" }, 400],
  ])("a static role of %j is refused with %i", async (body, status) => {
    const made = await vault.raw("POST", `${mount}/static-roles/bad`, { db_name: "pg", ...body });
    expect(made.status).toBe(status);
    expect(await engine.staticRole("bad")).toBeNull();
  });

  test("a dynamic credential is a login with a lease; revoked, the login is gone", async () => {
    expect(await engine.dynamicRole("worker")).toMatchObject({
      defaultTtlSeconds: 3600,
      maxTtlSeconds: 7200,
    });
    expect(await engine.dynamicRoles()).toContain("worker");
    const issued = await issue("worker");
    expect(issued).toMatchObject({ ttlSeconds: 3600, isRenewable: true });
    expect(await postgres.canSignIn(issued.username, issued.password.reveal())).toBe(true);
    expect(await vault.client.leases.lookup(issued.leaseId)).toMatchObject({
      leaseId: issued.leaseId,
      lastRenewedAt: null,
      isRenewable: true,
    });
    expect(await vault.client.leases.renew(issued.leaseId, 300)).toBe(300);
    expect(await vault.client.leases.renew(issued.leaseId, 999_999)).toBeGreaterThan(7190);
    expect(await validUntil(issued.username)).toBeGreaterThan(Date.now() + 7_000_000);
    expect((await vault.client.leases.lookup(issued.leaseId))?.lastRenewedAt).not.toBeNull();

    await vault.client.leases.revoke(issued.leaseId);
    expect(await postgres.canSignIn(issued.username, issued.password.reveal())).toBe(false);
    expect(await vault.client.leases.lookup(issued.leaseId)).toBeNull();
    expect(await vault.client.leases.renew(issued.leaseId, 60)).toBeNull();
    await vault.client.leases.revoke(issued.leaseId);
  });

  test("all leases of a role are listed and revoked by their prefix, and no others", async () => {
    await dynamicRole("batch", { default_ttl: "1h" });
    const [one, two] = [await issue("batch"), await issue("batch")];
    const kept = await issue("worker");
    const prefix = engine.leasePrefix("batch");
    expect((await vault.client.leases.list(prefix)).sort()).toEqual(
      [one.leaseId, two.leaseId].sort(),
    );
    await vault.client.leases.revokePrefix(prefix);
    expect(await vault.client.leases.list(prefix)).toEqual([]);
    for (const each of [one, two]) {
      expect(await postgres.canSignIn(each.username, each.password.reveal())).toBe(false);
    }
    expect(await postgres.canSignIn(kept.username, kept.password.reveal())).toBe(true);
    await vault.client.leases.revokePrefix(prefix);
    await vault.client.leases.revokePrefix(engine.leasePrefix("worker"));
  });

  test("a lease that runs out takes its login with it", async () => {
    await dynamicRole("brief", { default_ttl: "2s", max_ttl: "4s" });
    const issued = await issue("brief");
    expect(await postgres.canSignIn(issued.username, issued.password.reveal())).toBe(true);
    expect(await vault.client.leases.renew(issued.leaseId, 600)).toBeLessThanOrEqual(4);
    await waitFor(async () => (await vault.client.leases.lookup(issued.leaseId)) === null);
    expect(await postgres.canSignIn(issued.username, issued.password.reveal())).toBe(false);
  });

  test("no value is in what is printed, and none in an error", async () => {
    const issued = await issue("worker");
    const value = issued.password.reveal();
    expect(JSON.stringify(issued)).not.toContain(value);
    const limited = vault.clientWith("s.nonsense");
    const error = await limited
      .database(mount)
      .issueCredential("worker")
      .catch((e) => e);
    expect(error).toMatchObject({ failure: "permission_denied", changedNothing: true });
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(value);
    await vault.client.leases.revoke(issued.leaseId);
  });

  async function issue(role: string) {
    const issued = await engine.issueCredential(role);
    if (!issued) throw new Error(`no role ${role}`);
    return issued;
  }

  async function validUntil(username: string): Promise<number> {
    const [row] = await postgres.query(
      `SELECT rolvaliduntil FROM pg_roles WHERE rolname = '${username}'`,
    );
    return row?.rolvaliduntil instanceof Date ? row.rolvaliduntil.getTime() : 0;
  }

  async function staticRole(name: string, username: string): Promise<void> {
    const body = { db_name: "pg", username, rotation_period: "24h" };
    const made = await vault.raw("POST", `${mount}/static-roles/${name}`, body);
    expect(made.status).toBe(204);
  }

  async function dynamicRole(name: string, ttls: Record<string, string>): Promise<void> {
    const statement = `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'`;
    const body = { db_name: "pg", creation_statements: [statement], ...ttls };
    expect((await vault.raw("POST", `${mount}/roles/${name}`, body)).status).toBe(204);
  }
});
