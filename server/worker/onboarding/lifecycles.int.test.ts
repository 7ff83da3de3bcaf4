import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { exportOpenCommand } from "#server/cli/commands/export-open.ts";
import { logVerifyCommand } from "#server/cli/commands/log-verify.ts";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import { formatTilePath, tileWidth } from "#server/engines/merkle/tile-path.ts";
import { logTile, logVerifierKey, sealPendingAudit } from "#server/features/audit/index.ts";
import { auditEvent } from "#server/features/audit/queries.ts";
import { insertSession, liveSession } from "#server/features/identity/session-rows.ts";
import { declareIsolation } from "#server/features/isolation/verbs/declare-isolation.ts";
import { exportChunk, lifecycleDetail, tenantLives } from "#server/features/onboarding/queries.ts";
import {
  decide,
  newSlug,
  planOf,
  REASON,
  sovereignAdmin,
} from "#server/features/onboarding/testing/plan-fixture.ts";
import { offboardTenant } from "#server/features/onboarding/verbs/offboard-tenant.ts";
import { onboardTenant } from "#server/features/onboarding/verbs/onboard-tenant.ts";
import { retryLifecycle } from "#server/features/onboarding/verbs/retry-lifecycle.ts";
import { takeExport } from "#server/features/onboarding/verbs/take-export.ts";
import { KeycloakRealms } from "#server/integrations/keycloak-admin/realms.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { findDueKeys, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import {
  type AuthorizedTenantId,
  mintAuthorizedTenant,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { startWorker } from "../rotation/testing/worker-process.ts";
import { carryOutLifecycles } from "./carry-out-lifecycles.ts";

/** A vault and an identity provider in processes of their own; the log is sealed as always. */
let root: string;
let vault: SpawnedVault;
let idp: DevIdp;
let client: OpenBaoClient;
let realms: KeycloakRealms;

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lifecycles-"));
  process.env.IDENTITY_REALMS_DIR = join(root, "realms");
  mkdirSync(join(root, "idp"));
  idp = await startDevIdp({ folder: join(root, "idp"), consoleUrl: "http://localhost:3000" });
  process.env.IDENTITY_CONFIG = idp.identityFile;
  vault = await spawnVault(root);
  const token = SecretValue.of(readFileSync(vault.tokenFile, "utf8").trim());
  client = new OpenBaoClient({ address: vault.address, token });
  await fetch(`${vault.address}/v1/sys/auth/kubernetes`, {
    method: "POST",
    headers: { "x-vault-token": token.reveal(), "content-type": "application/json" },
    body: JSON.stringify({ type: "kubernetes" }),
  });
  const admin = SecretValue.of(readFileSync(join(root, "idp", "admin-token"), "utf8"));
  realms = new KeycloakRealms({ url: idp.url, token: async () => admin });
});
afterAll(async () => {
  await client.close();
  await vault.stop();
  await idp.stop();
  rmSync(root, { recursive: true });
});

const parts = () => ({ vault: client, realms, owner: "test", leaseSeconds: 60 });
const rolesOf = async (_: unknown, people: readonly { issuer: string; subject: string }[]) =>
  people.map((person) => ({ ...person, roles: ["sovereign-admin"] }));

/** Lets the worker do what is due until the act is in this state. */
function comesTo(slug: string, state: string, over: object = {}) {
  const tenant = mintAuthorizedTenant(slug);
  return waitFor(
    async () => {
      await carryOutLifecycles({ ...parts(), rolesOf: rolesOf as never, ...over });
      await sealPendingAudit(tenant);
      const [row] = await lifecycles(slug);
      return row?.state === state ? row : undefined;
    },
    { timeout: 120_000, interval: 200, message: `${slug} to be ${state}` },
  );
}

const lifecycles = (slug: string) =>
  asSuperuser<{ lifecycle_id: string; state: string; plan: Record<string, unknown> }>(
    "SELECT * FROM tenant_lifecycle WHERE slug = $1 ORDER BY requested_at DESC",
    [slug],
  );
const stateOf = async (slug: string) =>
  (await asSuperuser<{ state: string }>("SELECT state FROM tenant WHERE tenant_id = $1", [slug]))[0]
    ?.state;
const openTenants = async (slug: string) =>
  (await asSuperuser<{ open: string[] }>("SELECT app.open_tenants(ARRAY[$1]) AS open", [slug]))[0]
    ?.open;

async function onboarded(slug: string): Promise<AuthorizedTenantId> {
  await runVerb(onboardTenant, await sovereignAdmin(), { plan: planOf(slug), reason: REASON });
  await comesTo(slug, "done");
  return mintAuthorizedTenant(slug);
}

test("one approved act makes the whole tenant, and only at its end is it anybody's", async () => {
  const slug = newSlug();
  const admin = await sovereignAdmin();
  const plan = planOf(slug, {}, "prod");
  const asked = await runVerb(onboardTenant, admin, { plan, reason: REASON });
  expect(asked.state).toBe("awaiting_approval");
  await carryOutLifecycles({ ...parts(), rolesOf: rolesOf as never });
  expect(await stateOf(slug)).toBeUndefined();
  await decide(asked.approvalId);
  // Without an account for realms it stops where it needs one: shown, and never ready.
  await waitFor(
    async () => {
      await carryOutLifecycles({ ...parts(), realms: null, rolesOf: rolesOf as never });
      await sealPendingAudit(mintAuthorizedTenant(slug));
      await asSuperuser("UPDATE tenant_lifecycle SET due_at = now() WHERE slug = $1", [slug]);
      return (await lifecycles(slug))[0]?.state === "stopped";
    },
    { timeout: 120_000, interval: 100 },
  );
  expect(await stateOf(slug)).toBe("onboarding");
  expect(await openTenants(slug)).toEqual([]);
  const [row] = await lifecycles(slug);
  const detail = await detailOf(row?.lifecycle_id);
  expect(detail.lifecycle.steps.find(({ kind }) => kind === "realm")).toMatchObject({
    state: "failed",
    trouble: expect.stringContaining("REALM_ADMIN_URL"),
  });
  const alerts = await asSuperuser(
    "SELECT 1 FROM alert WHERE kind = 'tenant-lifecycle-stopped' AND subject_ref = $1",
    [`tenant-lifecycle/${row?.lifecycle_id}`],
  );
  expect(alerts).toHaveLength(1);
  await runVerb(retryLifecycle, admin, { lifecycleId: row?.lifecycle_id ?? "" });
  const ended = await comesTo(slug, "done");
  expect(ended.plan.admin).toEqual({ username: "sara" });
  expect(await stateOf(slug)).toBe("active");
  expect(await openTenants(slug)).toEqual([slug]);
  // Each part is there.
  const tenant = mintAuthorizedTenant(slug);
  const bindings = await asSuperuser("SELECT 1 FROM runtime_tenant_binding WHERE tenant_id = $1", [
    tenant,
  ]);
  expect(bindings).toHaveLength(1);
  const [sealed] = await asSuperuser<{ key_id: string }>(
    "SELECT DISTINCT key_id FROM audit_payload WHERE tenant_id = $1",
    [tenant],
  );
  expect(sealed?.key_id).toMatch(/^tenant-/);
  expect(await client.access.policy(`tenant-${slug}-prod`)).toContain(`secret/data/${slug}/prod/*`);
  const roles = await client.access.roles({ path: "kubernetes", type: "kubernetes" });
  expect(roles).toContainEqual(
    expect.objectContaining({ name: `tenant-${slug}-prod`, namespaces: [`${slug}-prod`] }),
  );
  expect(await realms.read(slug)).toMatchObject({ isEnabled: true });
  const discovery = await fetch(`${idp.url}/realms/${slug}/.well-known/openid-configuration`);
  expect(discovery.status).toBe(200);
  const users = (await (await idp.admin("GET", `${slug}/users?username=sara`)).json()) as object[];
  expect(users).toMatchObject([
    { username: "sara", clientRoles: { "runtime-api": ["org-admin"] } },
  ]);
  expect((await detailOf(row?.lifecycle_id)).manifests).toContain(`name: ${slug}-prod`);
  const types = (await eventsOf(sovereignTenant()))
    .filter(({ payload, subject }) => payload.slug === slug || subject === `tenant/${slug}`)
    .map(({ type }) => type);
  expect(types.at(-1)).toBe("runtime.tenants.onboarded");
  expect(types.filter((type) => type === "runtime.tenants.onboarding-step-done")).toHaveLength(9);
});

test.each([
  ["after:tenants.vault"],
  ["before:tenants.realm"],
  ["after:tenants.realm"],
  ["after:tenants.sign-in"],
  ["after:tenants.admin"],
])("a worker killed %s leaves nothing twice and nothing out", async (failpoint) => {
  const slug = newSlug();
  await runVerb(onboardTenant, await sovereignAdmin(), { plan: planOf(slug), reason: REASON });
  const doomed = startWorker({
    WORKER_LOOPS: "tenant-lifecycles,sealer",
    WORKER_FAILPOINT: failpoint,
    OPENBAO_ADDR: vault.address,
    OPENBAO_TOKEN_FILE: vault.tokenFile,
    REALM_ADMIN_URL: idp.url,
    REALM_ADMIN_TOKEN_FILE: join(root, "idp", "admin-token"),
  });
  const signal = await doomed.exited;
  expect(signal, doomed.output()).toBe("SIGKILL");
  expect(await openTenants(slug)).toEqual([]);
  await comesTo(slug, "done");
  expect(await openTenants(slug)).toEqual([slug]);
  const users = (await (await idp.admin("GET", `${slug}/users?username=sara`)).json()) as object[];
  expect(users).toHaveLength(1);
});

test("a realm of the same name that somebody else made is not taken over", async () => {
  const slug = newSlug();
  await realms.create({ ...foreignRealm(), realm: slug });
  await runVerb(onboardTenant, await sovereignAdmin(), { plan: planOf(slug), reason: REASON });
  const trouble = await waitFor(
    async () => {
      await carryOutLifecycles({ ...parts(), rolesOf: rolesOf as never });
      await sealPendingAudit(mintAuthorizedTenant(slug));
      const [row] = await lifecycles(slug);
      const { lifecycle } = await detailOf(row?.lifecycle_id);
      return lifecycle.steps.find(({ state }) => state === "failed")?.trouble;
    },
    { timeout: 60_000 },
  );
  expect(trouble).toContain("was not made for this tenant");
});

test("offboarded: exported, closed, and no payload is read again while every proof still verifies", async () => {
  const slug = newSlug();
  const tenant = await onboarded(slug);
  const canary = `canary-${slug}`;
  const [binding] = planOf(slug).environments;
  if (!binding) throw new Error("no environment");
  await runVerb(declareIsolation, userOf(tenant, "admin", { roles: ["sovereign-admin"] }), {
    environment: "dev",
    declaration: { ...binding.declaration, regions: ["salalah"] },
    basedOn: 1,
    reason: canary,
  });
  const [told] = (await eventsOf(tenant)).filter(({ payload }) => payload.reason === canary);
  const [own, shared] = [await signedIn([slug]), await signedIn([sovereignTenant(), slug])];
  const keys = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const asked = await runVerb(offboardTenant, await sovereignAdmin(), {
    slug,
    confirmSlug: slug,
    reason: REASON,
    waitDays: 7,
    keepExportDays: 30,
    recipientKey: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
  });
  await decide(asked.approvalId);
  await comesTo(slug, "waiting");
  expect(await openTenants(slug)).toEqual([slug]);
  await asSuperuser("UPDATE tenant_lifecycle SET effective_at = now() WHERE lifecycle_id = $1", [
    asked.lifecycleId,
  ]);
  await comesTo(slug, "done");
  await sealPendingAudit(tenant);

  expect(await stateOf(slug)).toBe("offboarded");
  expect(await openTenants(slug)).toEqual([]);
  expect(await liveSession(own)).toBeNull();
  expect((await liveSession(shared))?.tenants).toEqual([sovereignTenant()]);
  expect(await realms.read(slug)).toMatchObject({ isEnabled: false });
  expect((await fetch(`${idp.url}/realms/${slug}/.well-known/openid-configuration`)).status).toBe(
    403,
  );
  expect(existsSync(join(root, "realms", `${slug}.json`))).toBe(false);
  expect(await client.access.policy(`tenant-${slug}-dev`)).toBeNull();
  const roles = await client.access.roles({ path: "kubernetes", type: "kubernetes" });
  expect(roles?.map(({ name }) => name)).not.toContain(`tenant-${slug}-dev`);
  expect(await findDueKeys("app.due_isolation_looks($1, false)", [500])).not.toContainEqual({
    tenant_id: slug,
  });

  // Shredded: the ciphertext is there, nobody reads it, and nothing more is written.
  await expect(eventsOf(tenant)).rejects.toThrow(/destroyed/);
  const shown = await withTenant(tenant, "tenant", (tx) =>
    auditEvent(tx, tenant, told?.eventId ?? ""),
  );
  expect(shown).toMatchObject({ payload: null, payloadState: "unreadable" });
  const [key] = await asSuperuser<{ wrapped: Buffer | null }>(
    "SELECT wrapped FROM tenant_key WHERE tenant_id = $1",
    [slug],
  );
  expect(key?.wrapped).toBeNull();
  await expect(
    asSuperuser("UPDATE tenant_key SET wrapped = '\\x00' WHERE tenant_id = $1", [slug]),
  ).rejects.toThrow();

  // The log as it stands now, and as it was exported, both verify.
  const live = join(root, `${slug}-live`);
  await writeLog(tenant, live);
  expect(await verify(live)).toBe(0);
  const file = join(root, `${slug}.enc`);
  writeFileSync(file, await takenExport(asked.lifecycleId));
  expect(readFileSync(file, "latin1")).not.toContain(canary);
  const pem = join(root, "recipient.pem");
  writeFileSync(pem, keys.privateKey.export({ type: "pkcs8", format: "pem" }));
  const vkey = join(root, "sovereign.vkey");
  writeFileSync(vkey, logVerifierKey(sovereignTenant()));
  const out = join(root, `${slug}-out`);
  const said: string[] = [];
  const output = { out: (line: string) => said.push(line), err: (line: string) => said.push(line) };
  const args = [file, "--key", pem, "--vkey", vkey, "--out", out];
  expect(await exportOpenCommand.run(args, output), said.join("\n")).toBe(0);
  expect(await verify(join(out, "log"))).toBe(0);
  expect(readFileSync(join(out, "payloads", "000000000.ndjson"), "utf8")).toContain(canary);
  expect(readFileSync(join(out, "configuration.json"), "utf8")).toContain("salalah");
  // Altered by one byte, it says so.
  const altered = readFileSync(file);
  altered[altered.length - 40] = (altered[altered.length - 40] ?? 0) ^ 1;
  writeFileSync(file, altered);
  expect(await exportOpenCommand.run(args, output)).toBe(1);

  // The Sovereign still sees that it was; and the export goes when its time is over.
  const lives = await withTenant(sovereignTenant(), "tenant", (tx) =>
    tenantLives(tx, sovereignTenant()),
  );
  expect(lives.tenants.find(({ tenantId }) => tenantId === slug)).toMatchObject({
    state: "offboarded",
  });
  await asSuperuser("UPDATE tenant_lifecycle SET export_until = now() WHERE lifecycle_id = $1", [
    asked.lifecycleId,
  ]);
  await carryOutLifecycles(parts());
  await expect(takenExport(asked.lifecycleId)).rejects.toMatchObject({ code: "not_found" });
  expect((await detailOf(asked.lifecycleId)).exportManifest).toContain("log/checkpoint");
});

async function signedIn(tenants: string[]): Promise<string> {
  const sessionId = uuidv7();
  await insertSession({
    sessionId,
    realm: "any",
    issuer: "https://idp.test/realms/any",
    sid: null,
    acr: null,
    authTimeSeconds: Math.floor(Date.now() / 1_000),
    grants: {
      subject: "s",
      displayName: "S",
      tenants,
      roles: [],
      scopes: new Set(),
      isDemo: false,
    },
    accessToken: "a",
    refreshToken: "r",
    idToken: "i",
    accessExpiresInSeconds: 36_000,
  });
  return sessionId;
}

function detailOf(lifecycleId = "") {
  const tenant = sovereignTenant();
  return withTenant(tenant, "tenant", (tx) => lifecycleDetail(tx, tenant, lifecycleId));
}

async function takenExport(lifecycleId: string): Promise<Buffer> {
  const compliance = userOf(sovereignTenant(), "auditor", { roles: ["compliance"] });
  const { chunks } = await runVerb(takeExport, compliance, { lifecycleId });
  const pieces: Buffer[] = [];
  for (let chunkNo = 0; chunkNo < chunks; chunkNo += 1) {
    const { base64 } = await withTenant(compliance.tenant, "tenant", (tx) =>
      exportChunk(tx, compliance.tenant, { lifecycleId, chunkNo }),
    );
    pieces.push(Buffer.from(base64, "base64"));
  }
  return Buffer.concat(pieces);
}

/** The tiles and entries that the database still has, as the log is served. */
async function writeLog(tenant: AuthorizedTenantId, folder: string): Promise<void> {
  const [head] = await asSuperuser<{ tree_size: string; note: string }>(
    "SELECT tree_size::text, note FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY audit_checkpoint.tree_size DESC LIMIT 1",
    [tenant],
  );
  const size = BigInt(head?.tree_size ?? 0);
  const put = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  put("checkpoint", head?.note ?? "");
  put("verifier-key", logVerifierKey(tenant));
  for (const level of [0, "entries"] as const) {
    const width = tileWidth(0, 0n, size);
    const tile = await withTenant(tenant, "tenant", (tx) =>
      logTile(tx, tenant, { level, index: 0n, width }),
    );
    put(formatTilePath({ level, index: 0n, width }), tile ?? "");
  }
}

function verify(folder: string): Promise<number> {
  const args = [
    "--checkpoint",
    join(folder, "checkpoint"),
    "--vkey",
    join(folder, "verifier-key"),
    "--tiles",
    folder,
  ];
  return logVerifyCommand.run(args, { out: () => undefined, err: () => undefined });
}

function foreignRealm() {
  return {
    displayName: "Somebody else's",
    accessTokenLifespan: 900,
    ssoSessionIdleTimeout: 1_800,
    ssoSessionMaxLifespan: 36_000,
    clients: [],
    users: [],
  };
}
