import { randomBytes } from "node:crypto";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { waitFor } from "../harness/wait-for.ts";
import { type OpenBaoPeer, openBaoPeer } from "./openbao-peer.ts";

/** What we rely on OpenBao for, asked of a real one or of the development vault with the same words. */
const mount = `contract-${randomBytes(4).toString("hex")}`;
let peer: OpenBaoPeer;
let client: OpenBaoClient;

beforeAll(async () => {
  peer = await openBaoPeer();
  client = clientWith(peer.token);
  const made = await raw("POST", `sys/mounts/${mount}`, { type: "kv", options: { version: "2" } });
  expect(made.status).toBe(204);
  // A fresh KV v2 mount of a real OpenBao upgrades itself for a moment.
  await waitFor(async () => (await raw("GET", `${mount}/config`)).status === 200);
});

afterAll(async () => {
  await raw("DELETE", `sys/mounts/${mount}`);
  await client.close();
  await peer.stop();
});

describe("the wire", () => {
  test("health and seal status need no token", async () => {
    const health = await raw("GET", "sys/health", undefined, "");
    expect(health.status).toBe(200);
    expect(health.body).toMatchObject({ initialized: true, sealed: false, standby: false });
    const seal = await raw("GET", "sys/seal-status", undefined, "");
    expect(seal.body).toMatchObject({ type: "shamir", sealed: false, t: 1, n: 1 });
  });

  test("mounts name the version of KV", async () => {
    const { body } = await raw("GET", "sys/mounts");
    const described = { type: "kv", options: { version: "2" } };
    expect(body.data).toMatchObject({ [`${mount}/`]: described });
    const again = await raw("POST", `sys/mounts/${mount}`, { type: "kv" });
    expect(again).toMatchObject({
      status: 400,
      body: { errors: [`path is already in use at ${mount}/`] },
    });
  });

  test("an empty LIST is 404 without errors, by either spelling", async () => {
    for (const [method, path] of [
      ["LIST", `${mount}/metadata/nothing-here/`],
      ["GET", `${mount}/metadata/nothing-here/?list=true`],
    ] as const) {
      expect(await raw(method, path)).toMatchObject({ status: 404, body: { errors: [] } });
    }
  });

  test("a deleted version is 404 with data.metadata, a destroyed one too, an absent one is not", async () => {
    await raw("POST", `${mount}/data/wire/gone`, { data: { a: "1" }, options: { cas: 0 } });
    expect((await raw("DELETE", `${mount}/data/wire/gone`)).status).toBe(204);
    const deleted = await raw("GET", `${mount}/data/wire/gone`);
    expect(deleted.status).toBe(404);
    expect(deleted.body.data).toMatchObject({ data: null, metadata: { version: 1 } });
    await raw("POST", `${mount}/destroy/wire/gone`, { versions: [1] });
    const destroyed = await raw("GET", `${mount}/data/wire/gone?version=1`);
    expect(destroyed.status).toBe(404);
    expect(destroyed.body.data).toMatchObject({ data: null, metadata: { destroyed: true } });
    const absent = await raw("GET", `${mount}/data/wire/gone?version=7`);
    expect(absent).toMatchObject({ status: 404, body: { errors: [] } });
  });

  test.each([
    ["no data", `data/wire/bad`, {}, "no data provided"],
    [
      "a wrong cas",
      `data/wire/bad`,
      { data: { a: "1" }, options: { cas: 9 } },
      "check-and-set parameter did not match the current version",
    ],
    ["no versions", `delete/wire/bad`, {}, "No version number provided"],
  ])("%s is 400 and says so", async (_, path, body, message) => {
    expect(await raw("POST", `${mount}/${path}`, body)).toEqual({
      status: 400,
      body: { errors: [message] },
    });
  });

  test("cas can be demanded", async () => {
    await raw("POST", `${mount}/metadata/wire/strict`, { cas_required: true });
    const refused = await raw("POST", `${mount}/data/wire/strict`, { data: { a: "1" } });
    expect(refused).toEqual({
      status: 400,
      body: { errors: ["check-and-set parameter required for this call"] },
    });
  });

  test("a merge patch adds, replaces and removes", async () => {
    await raw("POST", `${mount}/data/wire/patched`, { data: { keep: "1", drop: "2" } });
    const type = "application/merge-patch+json";
    const patch = { data: { drop: null, add: "3" } };
    const patched = await raw("PATCH", `${mount}/data/wire/patched`, patch, peer.token, type);
    expect(patched.status).toBe(200);
    const { body } = await raw("GET", `${mount}/data/wire/patched`);
    expect(body.data).toMatchObject({ data: { keep: "1", add: "3" }, metadata: { version: 2 } });
    expect(JSON.stringify(body)).not.toContain("drop");
  });

  test("a duration is printed as Go prints it", async () => {
    await raw("POST", `${mount}/metadata/wire/aging`, { delete_version_after: "90m" });
    const { body } = await raw("GET", `${mount}/metadata/wire/aging`);
    expect(body.data).toMatchObject({ delete_version_after: "1h30m0s", current_version: 0 });
  });

  test("an unknown route and an unknown namespace are 404 with errors", async () => {
    const route = await raw("GET", "no-such-mount/x");
    expect(route.status).toBe(404);
    expect(route.body.errors).toHaveLength(1);
    const namespace = await raw("GET", `${mount}/data/x`, undefined, peer.token, "", "no-such-ns");
    expect(namespace).toEqual({ status: 404, body: { errors: ["namespace not found"] } });
  });

  test("namespaces hold apart what has the same path", async () => {
    const name = `ns${randomBytes(4).toString("hex")}`;
    expect((await raw("POST", `sys/namespaces/${name}`)).status).toBe(200);
    const inside = (method: string, path: string, body?: unknown) =>
      raw(method, path, body, peer.token, "", name);
    expect((await inside("GET", `${mount}/data/a`)).status).toBe(404);
    const kv = { type: "kv", options: { version: "2" } };
    expect((await inside("POST", "sys/mounts/apart", kv)).status).toBe(204);
    await expect
      .poll(async () => (await inside("POST", "apart/data/a", { data: { v: "in" } })).status)
      .toBe(200);
    expect((await raw("GET", "apart/data/a")).status).toBe(404);
    expect((await inside("GET", "apart/data/a")).body.data).toMatchObject({ data: { v: "in" } });
  });

  test("a bad, a missing and a revoked token are 403 alike", async () => {
    const denied = { status: 403, body: { errors: ["permission denied"] } };
    expect(await raw("GET", `${mount}/data/x`, undefined, "")).toEqual(denied);
    expect(await raw("GET", `${mount}/data/x`, undefined, "s.nonsense")).toEqual(denied);
    const token = await tokenFor("default");
    expect((await raw("GET", "auth/token/lookup-self", undefined, token)).status).toBe(200);
    expect((await raw("POST", "auth/token/revoke-self", {}, token)).status).toBe(204);
    expect(await raw("GET", "auth/token/lookup-self", undefined, token)).toEqual(denied);
  });
});

describe("the client", () => {
  test("writes with cas, reads each version, tells absent from gone", async () => {
    const path = "client/one";
    expect(await client.kv.read(path)).toEqual({ kind: "absent" });
    expect(await client.kv.write(path, fields("first"), 0)).toBe(1);
    expect(await client.kv.write(path, fields("second"), 1)).toBe(2);
    expect(await valueAt(path)).toBe("second");
    expect(await valueAt(path, 1)).toBe("first");
    await client.kv.deleteVersions(path, [2]);
    expect(await client.kv.read(path)).toMatchObject({ kind: "deleted", info: { version: 2 } });
    await client.kv.undeleteVersions(path, [2]);
    expect(await valueAt(path)).toBe("second");
    await client.kv.destroyVersions(path, [1]);
    await client.kv.destroyVersions(path, [1]);
    expect(await client.kv.read(path, 1)).toMatchObject({ kind: "destroyed" });
    expect(await client.kv.read(path, 3)).toEqual({ kind: "absent" });
    const metadata = await client.kv.metadata(path);
    expect(metadata?.versions.map((v) => [v.version, v.isDestroyed])).toEqual([
      [1, true],
      [2, false],
    ]);
    await client.kv.deleteKey(path);
    expect(await client.kv.metadata(path)).toBeNull();
    expect(await client.kv.write(path, fields("anew"), 0)).toBe(1);
  });

  test("a lost race is a cas mismatch and changes nothing", async () => {
    await client.kv.write("client/race", fields("winner"), 0);
    const lost = client.kv.write("client/race", fields("loser"), 0);
    await expect(lost).rejects.toMatchObject({ failure: "cas_mismatch", changedNothing: true });
    expect(await valueAt("client/race")).toBe("winner");
  });

  test("keeps the newest versions only", async () => {
    await client.kv.setMetadata("client/short", {
      maxVersions: 2,
      customMetadata: { owner: "payments" },
    });
    for (let version = 0; version < 4; version += 1) {
      await client.kv.write("client/short", fields(`v${version}`), version);
    }
    const metadata = await client.kv.metadata("client/short");
    expect(metadata).toMatchObject({
      currentVersion: 4,
      oldestVersion: 3,
      maxVersions: 2,
      customMetadata: { owner: "payments" },
    });
    expect(metadata?.versions.map((v) => v.version)).toEqual([3, 4]);
    expect(await client.kv.read("client/short", 1)).toEqual({ kind: "absent" });
  });

  test("lists names and folders; an empty folder is an empty list", async () => {
    await client.kv.write("client/list/a", fields("1"), 0);
    await client.kv.write("client/list/deep/b", fields("2"), 0);
    expect(await client.kv.list("client/list")).toEqual(["a", "deep/"]);
    expect(await client.kv.list("client/none")).toEqual([]);
  });

  test("a path with odd characters is one path", async () => {
    const path = "client/odd name/ä+b?c#d";
    await client.kv.write(path, fields("odd"), 0);
    expect(await valueAt(path)).toBe("odd");
  });

  test("a token may do what its policy says, and no more", async () => {
    const policy = `contract-${randomBytes(4).toString("hex")}`;
    const rules = `path "${mount}/data/mine/*" { capabilities = ["create", "read"] }
      path "${mount}/data/mine/never" { capabilities = ["deny"] }
      path "${mount}/metadata/+/*" { capabilities = ["list"] }`;
    await raw("PUT", `sys/policies/acl/${policy}`, { policy: rules });
    const limited = clientWith(await tokenFor(policy));
    const refused = { failure: "permission_denied", changedNothing: true };
    await limited.kv.write("mine/a", fields("1"), 0);
    expect((await limited.kv.read("mine/a")).kind).toBe("found");
    expect(await limited.kv.list("mine/")).toEqual(["a"]);
    await expect(limited.kv.write("mine/a", fields("2"), 1)).rejects.toMatchObject(refused);
    await expect(limited.kv.read("mine/never")).rejects.toMatchObject(refused);
    await expect(limited.kv.read("client/list/a")).rejects.toMatchObject(refused);
    await expect(limited.kv.metadata("mine/a")).rejects.toMatchObject(refused);
    expect((await limited.lookupSelf()).policies).toEqual(["default", policy].sort());
    await limited.close();
    await raw("DELETE", `sys/policies/acl/${policy}`);
  });

  test("a mount that isn't there is a fault, not an absent secret", async () => {
    const lost = new OpenBaoClient({ ...options(peer.token), mount: "no-such-mount" });
    await expect(lost.kv.read("a")).rejects.toMatchObject({ failure: "not_found" });
    await expect(lost.kv.list("a")).rejects.toMatchObject({ failure: "not_found" });
    await lost.close();
  });

  test("errors carry no value", async () => {
    const canary = `canary-${randomBytes(8).toString("hex")}`;
    await client.kv.write("client/canary", fields(canary), 0);
    const error = await client.kv.write("client/canary", fields(canary), 0).catch((e) => e);
    expect(error).toBeInstanceOf(OpenBaoError);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(canary);
    const found = await client.kv.read("client/canary");
    expect(`${JSON.stringify(found)}`).not.toContain(canary);
  });

  test("health says active", async () => {
    expect(await client.health()).toBe("active");
  });
});

function options(token: string) {
  return { address: peer.address, token: SecretValue.of(token), mount };
}

function clientWith(token: string): OpenBaoClient {
  return new OpenBaoClient(options(token));
}

function fields(value: string) {
  return { value: SecretValue.of(value) };
}

async function valueAt(path: string, version = 0): Promise<string | undefined> {
  const found = await client.kv.read(path, version);
  return found.kind === "found" ? found.fields.value?.reveal() : found.kind;
}

async function tokenFor(policy: string): Promise<string> {
  const { body } = await raw("POST", "auth/token/create", { policies: [policy], ttl: "10m" });
  return (body.auth as { client_token: string }).client_token;
}

async function raw(
  method: string,
  path: string,
  body?: unknown,
  token = peer.token,
  contentType = "application/json",
  namespace = "",
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await request(`${peer.address}/v1/${path}`, {
    method: method as "GET",
    headers: {
      ...(token ? { "x-vault-token": token } : {}),
      ...(namespace ? { "x-vault-namespace": namespace } : {}),
      ...(body === undefined ? {} : { "content-type": contentType || "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text ? JSON.parse(text) : {} };
}
