import { expect, test } from "vitest";
import {
  retireRotationTarget,
  saveRotationTarget,
} from "#server/features/rotation-targets/index.ts";
import {
  register,
  sovereignAdmin,
  targetInput,
} from "#server/features/rotation-targets/testing/target-fixture.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bindingInput, bindingRow, force, type Rig } from "../testing/rotation-rig.ts";
import { bindSecret } from "../verbs/bind-secret.ts";
import { markLeaked } from "../verbs/mark-leaked.ts";

type Input = ReturnType<typeof bindingInput>;

const KV = { kind: "kv-generated", field: "value", bytes: 32, keep: [] } as const;
const REASON = "agreed in the platform meeting";

/** A pair of roles below the tenant's own prefix, in a database that only it may use. */
function pairOf(tenant: AuthorizedTenantId, over: Record<string, unknown> = {}): Input {
  const base = bindingInput();
  const target = { host: `${tenant}.db.test`, port: 5432, database: "orders", tls: "verify-full" };
  const rotator = { ...base.rotator, target, rotatorPath: `${tenant}/rotators/orders`, ...over };
  return { ...base, path: `${tenant}/prod/${base.name}`, rotator } as Input;
}

const database = (tenant: AuthorizedTenantId) => ({
  kind: "postgres" as const,
  host: `${tenant}.db.test`,
  port: 5432,
  tls: "verify-full" as const,
  databases: ["orders"],
});

const bindAs = (caller: Parameters<typeof runVerb>[1], input: unknown) =>
  runVerb(bindSecret, caller, input as Input);

test("a security-officer binds what lies below the own prefix and what a target vouches for", async () => {
  const tenant = await newTenant("people");
  const officer = userOf(tenant, "officer");
  const token = {
    ...bindingInput(),
    class: "api-token",
    path: `${tenant}/prod/token`,
    rotator: KV,
  };
  const { bindingId } = await bindAs(officer, token);
  expect(await bindingRow({ tenant, bindingId } as Rig)).toMatchObject({ vouched_by: "target" });
  await expect(bindAs(officer, pairOf(tenant))).rejects.toMatchObject({
    code: "invalid",
    details: { field: "rotator.target", remedy: expect.stringContaining("sovereign-admin") },
  });
  await register({ address: database(tenant), tenants: [tenant] });
  await bindAs(officer, pairOf(tenant));
  const types = (await eventsOf(tenant)).map((event) => event.type);
  expect(types.filter((type) => type === "runtime.secrets.bound")).toHaveLength(2);
});

test.each<[string, (tenant: AuthorizedTenantId, other: AuthorizedTenantId) => unknown, string]>([
  ["another tenant's path", (_, other) => kv(`${other}/prod/token`), "path"],
  ["a path with the own name as a mere beginning", (own) => kv(`${own}-x/prod/token`), "path"],
  ["the own prefix itself", (own) => kv(own), "path"],
  ["a path that climbs out", (own) => kv(`${own}/../other/token`), "path"],
  [
    "another host",
    (own) => pairOf(own, { target: target(own, { host: "evil.test" }) }),
    "rotator.target",
  ],
  ["another port", (own) => pairOf(own, { target: target(own, { port: 1 }) }), "rotator.target"],
  [
    "no TLS where the target has it",
    (own) => pairOf(own, { target: target(own, { tls: "disable" }) }),
    "rotator.target",
  ],
  [
    "another database of the host",
    (own) => pairOf(own, { target: target(own, { database: "x" }) }),
    "rotator.target",
  ],
  [
    "another tenant's rotator login",
    (own, other) => pairOf(own, { rotatorPath: `${other}/rotators/orders` }),
    "rotator.rotatorPath",
  ],
  [
    "an environment that the target is not for",
    (own) => ({ ...pairOf(own), environment: "dev" }),
    "rotator.target",
  ],
  ["a key of a shared mount", (own, other) => transit(own, `${other}.receipts`), "rotator.key"],
  ["a key with the prefix alone", (own) => transit(own, `${own}.`), "rotator.key"],
  [
    "another key's path",
    (own) => ({ ...transit(own, `${own}.receipts`), path: `${own}/x` }),
    "path",
  ],
  [
    "a namespace of nobody's",
    () => ({ ...kv("kube-system/Secret/x"), store: "kubernetes", rotator: none }),
    "path",
  ],
  [
    "a rotated date to come",
    (own) => ({ ...kv(`${own}/prod/t`), lastRotatedAt: new Date(Date.now() + 86_400_000) }),
    "lastRotatedAt",
  ],
])("is refused by name of the field, and nothing is bound: %s", async (_, make, field) => {
  const [tenant, other] = [await newTenant("people"), await newTenant("people")];
  await register({ address: database(tenant), tenants: [tenant, other] });
  await register({
    address: { kind: "openbao", mount: "transit", engine: "transit", prefix: "{tenant}." },
  });
  await expect(bindAs(userOf(tenant, "officer"), make(tenant, other))).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
  expect((await eventsOf(tenant)).filter((event) => event.outcome === "succeeded")).toEqual([]);
});

test.each<[string, (tenant: AuthorizedTenantId, other: AuthorizedTenantId) => object, string]>([
  [
    "another address of the realm",
    (own) => ({ url: "https://evil.test", accountPath: `${own}/admin` }),
    "rotator.realm",
  ],
  [
    "another tenant's account",
    (_, other) => ({ url: "https://id.test", accountPath: `${other}/admin` }),
    "rotator.admin.accountPath",
  ],
])("an account's secret goes nowhere strange: %s", async (_, admin, field) => {
  const [tenant, other] = [await newTenant("people"), await newTenant("people")];
  const address = { kind: "keycloak", url: "https://id.test/", realm: tenant } as const;
  await register({ tenants: [tenant], address });
  const bound = (admin_: object) => ({
    ...bindingInput(),
    class: "user-password",
    store: "none",
    path: "realm/passwords",
    rotator: { kind: "realm-passwords", realm: tenant, admin: admin_ },
  });
  await expect(
    bindAs(userOf(tenant, "officer"), bound(admin(tenant, other))),
  ).rejects.toMatchObject({ code: "invalid", details: { field } });
  const ours = { url: "https://id.test", accountPath: `${tenant}/admin` };
  await bindAs(userOf(tenant, "officer"), bound(ours));
});

test("a service caller is held to the same; nobody without the scope binds", async () => {
  const tenant = await newTenant("people");
  const pipeline = serviceOf(tenant, "ci", "unknown", ["runtime.secrets.bind"]);
  await bindAs(pipeline, kv(`${tenant}/prod/token`));
  await expect(bindAs(pipeline, pairOf(tenant))).rejects.toMatchObject({ code: "invalid" });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(bindAs(developer, kv(`${tenant}/prod/other`))).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("when its target is retired, no rotation is opened there any more", async () => {
  const tenant = await newTenant("people");
  const officer = userOf(tenant, "officer");
  const { name } = await register({ address: database(tenant), tenants: [tenant] });
  const { bindingId } = await bindAs(officer, pairOf(tenant));
  const rig = { tenant, officer, bindingId } as Rig;
  const admin = await sovereignAdmin();
  await runVerb(retireRotationTarget, admin, { name, reason: REASON });
  await expect(force(rig)).rejects.toMatchObject({
    code: "conflict",
    details: { remedy: expect.stringContaining("register it again") },
  });
  const leaked = await runVerb(markLeaked, officer, { bindingId, reason: REASON });
  expect(leaked).toMatchObject({ response: "by-hand" });
  await runVerb(
    saveRotationTarget,
    admin,
    targetInput({ name, address: database(tenant), tenants: [tenant] }),
  );
  await force(rig);
});

function target(tenant: AuthorizedTenantId, over: Record<string, unknown>) {
  const { kind: _kind, databases, ...address } = database(tenant);
  return { ...address, database: databases[0], ...over };
}

const none = { kind: "none", missing: "nobody has said how" } as const;

function kv(path: string) {
  return { ...bindingInput(), class: "api-token", path, rotator: KV };
}

function transit(_: string, key: string) {
  return {
    ...bindingInput(),
    class: "signing-key",
    path: `transit/keys/${key}`,
    rotator: { kind: "openbao-transit", mount: "transit", key, trim: false },
  };
}

test("the two keys of a storage account take a registered account, of this group and subscription", async () => {
  const tenant = await newTenant("people");
  const officer = userOf(tenant, "officer");
  const at = { subscription: "01234567-89ab-cdef-0123-456789abcdef", resourceGroup: "shop" };
  const keys = (account: string, over = {}) => ({
    ...bindingInput(),
    class: "cloud-credential",
    path: `${tenant}/prod/${account}`,
    rotator: {
      kind: "two-key-cloud",
      provider: { kind: "azure-storage", account, ...at, ...over },
      field: "key",
      keep: [],
    },
  });
  const refused = { code: "invalid", details: { field: "rotator.provider.account" } };
  await expect(bindAs(officer, keys("acmeshop"))).rejects.toMatchObject(refused);
  await register({
    address: { kind: "azure-storage", ...at, accounts: ["acmeshop"] },
    tenants: [tenant],
  });
  const { bindingId } = await bindAs(officer, keys("acmeshop"));
  expect(await bindingRow({ tenant, bindingId } as Rig)).toMatchObject({ vouched_by: "target" });
  await expect(bindAs(officer, keys("strangers"))).rejects.toMatchObject(refused);
  const elsewhere = keys("acmeshop", { resourceGroup: "other" });
  await expect(
    bindAs(officer, { ...elsewhere, path: `${tenant}/prod/elsewhere` }),
  ).rejects.toMatchObject(refused);
  const shared = register({
    address: { kind: "azure-storage", ...at, accounts: ["acmeshop"] },
    tenants: "every",
  });
  await expect(shared).rejects.toMatchObject({ code: "invalid", details: { field: "tenants" } });
});
