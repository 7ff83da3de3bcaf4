import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

describe("system", () => {
  let vault: VaultCalls;

  beforeAll(async () => {
    vault = await vaultCalls();
  });

  afterAll(async () => vault?.stop());

  test("health, seal and leadership need no token", async () => {
    const anonymous = vault.clientWith("").system;
    expect(await anonymous.health()).toMatchObject({
      state: "active",
      version: expect.stringMatching(/^2\./),
      clusterId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await anonymous.sealStatus()).toMatchObject({
      isSealed: false,
      isInitialized: true,
      threshold: 1,
      shares: 1,
    });
    expect(typeof (await anonymous.leader()).isHaEnabled).toBe("boolean");
  });

  test("exactly one node of the cluster is active", async () => {
    const nodes = await vault.client.system.haStatus();
    expect(nodes.filter(({ isActive }) => isActive)).toHaveLength(1);
  });

  test("raft and autopilot agree with each other, or both are absent", async () => {
    const servers = await vault.client.system.raftConfiguration();
    const autopilot = await vault.client.system.autopilotState();
    const voters = servers?.filter(({ isVoter }) => isVoter).map(({ nodeId }) => nodeId);
    expect(autopilot?.voters).toEqual(voters);
    expect(autopilot?.leader).toBe(servers?.find(({ isLeader }) => isLeader)?.nodeId);
    const { storageType } = await vault.client.system.sealStatus();
    expect(servers !== null).toBe(storageType === "raft");
  });

  test("there is no replication between clusters", async () => {
    expect(await vault.client.system.hasClusterReplication()).toBe(false);
  });

  test("mounts name their engines", async () => {
    const [transit, kv] = [await vault.mount("transit"), await vault.mount("kv-v2")];
    const mounts = await vault.client.system.mounts();
    expect(mounts).toContainEqual({ path: transit, type: "transit", kvVersion: null });
    expect(mounts).toContainEqual({ path: kv, type: "kv", kvVersion: "2" });
  });

  test("a token without rights is told so", async () => {
    const { body } = await vault.raw("POST", "auth/token/create", { policies: ["default"] });
    const { client_token: token } = body.auth as { client_token: string };
    const limited = vault.clientWith(token).system;
    const denied = { failure: "permission_denied" };
    await expect(limited.mounts()).rejects.toMatchObject(denied);
    await expect(limited.raftConfiguration()).rejects.toMatchObject(denied);
    await expect(limited.autopilotState()).rejects.toMatchObject(denied);
    await expect(limited.haStatus()).rejects.toMatchObject(denied);
  });

  test("who has which policies is read from roles, users and the identity store", async () => {
    const path = `people-${randomBytes(4).toString("hex")}`;
    await vault.raw("POST", `sys/auth/${path}`, { type: "userpass" });
    await vault.raw("POST", `auth/${path}/users/sara`, {
      password: randomBytes(12).toString("hex"),
      token_policies: ["default"],
    });
    const { access } = vault.client;
    const mount = (await access.authMounts()).find((each) => each.path === path);
    expect(mount).toEqual({ path, type: "userpass" });
    expect(await access.roles({ path, type: "userpass" })).toMatchObject([
      { name: "sara", policies: ["default"], namespaces: null },
    ]);
    const made = await vault.raw("POST", "identity/entity", { name: path, policies: ["default"] });
    const { id } = (made.body as { data: { id: string } }).data;
    const mounts = (await vault.raw("GET", "sys/auth")).body as {
      data: Record<string, { accessor: string }>;
    };
    await vault.raw("POST", "identity/entity-alias", {
      name: "sara",
      canonical_id: id,
      mount_accessor: mounts.data[`${path}/`]?.accessor,
    });
    const found = (await access.identities("entity")).find(({ name }) => name === path);
    expect(found).toEqual({ name: path, policies: ["default"], methods: ["userpass"] });
    expect(await access.identities("group")).toEqual(expect.any(Array));
    await vault.raw("DELETE", `identity/entity/id/${id}`);
    await vault.raw("DELETE", `sys/auth/${path}`);
  });
});
