import { beforeAll, describe, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bindingDetail, countBindings, listBindings } from "./queries.ts";
import { bindingAges, rotationSummary } from "./rotation-summary.ts";
import { ruleOf, SECRET_CLASSES } from "./rules.ts";
import { BINDING_STATUSES } from "./schema.ts";
import { bind, claim, force, newRig, type Rig, walkTo } from "./testing/rotation-rig.ts";
import { BindingFilter, ListBindingsInput } from "./views.ts";

const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);

let rig: Rig;
beforeAll(async () => {
  rig = await newRig({ name: "Alpha", region: "muscat", owner: "Payments" });
  const token = {
    class: "api-token" as const,
    rotator: { kind: "kv-generated" as const, field: "v", bytes: 32, keep: [] as string[] },
  };
  await bind(rig.tenant, {
    ...token,
    name: "bravo",
    region: "salalah",
    lastRotatedAt: daysAgo(80),
  });
  await bind(rig.tenant, { ...token, name: "charlie", lastRotatedAt: daysAgo(100) });
  await bind(rig.tenant, { ...token, name: "delta", lastRotatedAt: null });
});

const read = <T>(
  work: (tx: Parameters<Parameters<typeof withTenant>[2]>[0]) => Promise<T>,
  own = rig,
) => withTenant(own.tenant, "tenant", work as never) as Promise<T>;
const names = async (filter: Partial<ListBindingsInput>, own = rig) => {
  const input = ListBindingsInput.parse({ sort: "name", ...filter });
  const page = await read((tx) => listBindings(tx, own.tenant, input), own);
  const { count } = await read(
    (tx) => countBindings(tx, own.tenant, BindingFilter.parse(filter)),
    own,
  );
  expect(count).toBe(page.bindings.length);
  return page.bindings.map((binding) => binding.name);
};
const day = (at: Date) => at.toISOString().slice(0, 10);

test.each<[Partial<BindingFilter>, string[]]>([
  [{ regions: ["muscat"] }, ["Alpha"]],
  [{ regions: [""] }, ["charlie", "delta"]],
  [{ regions: ["muscat", "salalah"] }, ["Alpha", "bravo"]],
  [{ owners: ["PAYMENTS"] }, ["Alpha"]],
  [{ owners: ["payments", "tests"] }, ["Alpha", "bravo", "charlie", "delta"]],
  [{ text: "av" }, ["bravo"]],
  [{ text: "br" }, ["bravo"]],
  [{ text: "LPH" }, ["Alpha"]],
  [{ text: "alpha\npay" }, []],
  [{ text: "%" }, []],
  // Its path names it as well.
  [{ text: "tests/db-" }, ["Alpha", "bravo", "charlie", "delta"]],
  [{ nextTo: day(new Date(Date.now() - DAY)) }, ["charlie"]],
  [
    { nextFrom: day(new Date(Date.now() + 2 * DAY)), nextTo: day(new Date(Date.now() + 4 * DAY)) },
    ["bravo"],
  ],
])("narrows by %o, in pages and in counts alike", async (filter, expected) => {
  expect(await names(filter)).toEqual(expected);
});

test("words that were changed are found anew and no longer by the old ones", async () => {
  const own = await newRig({ name: "before", path: "tests/renamed" });
  await bind(own.tenant, { name: "afterwards", path: "tests/renamed" });
  expect(await names({ text: "before" }, own)).toEqual([]);
  expect(await names({ text: "afterw" }, own)).toEqual(["afterwards"]);
});

test("another tenant's words lead to nothing", async () => {
  const other = await newTenant("rotation");
  const found = await withTenant(other, "tenant", (tx) =>
    tx.query("SELECT id FROM app.bindings_with_text('alpha', 10)"),
  );
  expect(found).toEqual([]);
});

describe("what a credential needs", () => {
  async function statusOf(own: Rig) {
    const { binding } = await read((tx) => bindingDetail(tx, own.tenant, own.bindingId), own);
    for (const status of BINDING_STATUSES) {
      const expected = status === binding.status ? [binding.name] : [];
      expect([status, await names({ statuses: [status] }, own)]).toEqual([status, expected]);
    }
    return binding.status;
  }
  const set = (own: Rig, columns: string) =>
    asSuperuser(`UPDATE secret_binding SET ${columns} WHERE tenant_id = '${own.tenant}'`);

  test("follows the rotation: approval, work, grace, and none", async () => {
    const key = await newRig({
      class: "signing-key",
      rotator: { kind: "openbao-transit", mount: "transit", key: "orders", trim: false },
    });
    expect(await statusOf(key)).toBe("healthy");
    await force(key);
    expect(await statusOf(key)).toBe("awaiting-approval");
    const role = await newRig({ graceSeconds: 3_600 });
    const { rotationId } = await force(role);
    expect(await statusOf(role)).toBe("rotating");
    await walkTo(role, await claim(role, rotationId), "grace");
    expect(await statusOf(role)).toBe("in-grace");
    await asSuperuser(
      `UPDATE rotation SET state = 'orphaned', finished_at = now() WHERE rotation_id = '${rotationId}'`,
    );
    await set(role, "state = 'failed'");
    expect(await statusOf(role)).toBe("orphaned");
    await set(role, "state = 'active'");
    expect(await statusOf(role)).toBe("healthy");
  });

  test.each([
    ["state = 'failed'", "failed"],
    ["state = 'missing'", "missing"],
    ["missing_since = now()", "missing"],
    ["leaked_at = now(), state = 'failed'", "leaked"],
    ["leaked_at = now(), state = 'retired'", "retired"],
    ["origin = 'discovered'", "unmanaged"],
    ["last_rotated_at = now() - interval '61 minutes'", "overdue"],
    ["last_rotated_at = now() - interval '55 minutes'", "due-soon"],
    ["last_rotated_at = now() - interval '53 minutes'", "healthy"],
    ["last_rotated_at = NULL", "healthy"],
  ])("%s: %s", async (columns, status) => {
    const own = await newRig();
    await set(own, columns);
    expect(await statusOf(own)).toBe(status);
  });

  test.each(SECRET_CLASSES)(
    "a %s that was not judged yet has its class's limit",
    async (secretClass) => {
      const rule = ruleOf(secretClass);
      const [row] = await asSuperuser<{ seconds: number | null; standing: string }>(
        `SELECT app.binding_limit_seconds('${secretClass}', NULL) AS seconds,
         app.binding_standing('active', NULL, NULL, NULL, 'bound', 'none', '${secretClass}', NULL) AS standing`,
      );
      const isOurs = rule.managedBy === "console" || rule.managedBy === "nobody";
      expect(row).toEqual({
        seconds: rule.maxTtlSeconds,
        standing: isOurs ? "unmanaged" : "healthy",
      });
    },
  );
});

test("the summary adds up, class by class", async () => {
  const summary = await read((tx) => rotationSummary(tx, rig.tenant));
  expect(summary).toMatchObject({
    total: 4,
    overdue: 1,
    healthy: 3,
    next7Days: 3,
    next30Days: 3,
    regions: ["muscat", "salalah"],
  });
  expect(summary.byClass).toMatchObject([
    { class: "api-token", total: 3, overdue: 1, healthy: 2 },
    { class: "database-credential", total: 1, healthy: 1 },
  ]);
  expect(summary.upcoming.reduce((sum, { count }) => sum + count, 0)).toBe(3);
});

test("ages are counted, those over their limit apart", async () => {
  const { ages, unknown } = await read((tx) => bindingAges(tx, rig.tenant));
  expect(unknown).toBe(1);
  expect(ages.filter(({ within, over }) => within + over > 0)).toEqual([
    { from: 0, to: 1, within: 1, over: 0 },
    { from: 30, to: 90, within: 1, over: 0 },
    { from: 90, to: 180, within: 0, over: 1 },
  ]);
});
