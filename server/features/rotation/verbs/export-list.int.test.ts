import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { csvLines } from "../bindings-csv.ts";
import { exportedIds } from "../exported-ids.ts";
import { bind, newRig } from "../testing/rotation-rig.ts";
import { exportList } from "./export-list.ts";

test("an export holds what passes the filter, in the table's order, and the log says so first", async () => {
  const rig = await newRig({ name: "zulu", region: "muscat" });
  const first = await bind(rig.tenant, { name: "=alpha()", region: "muscat" });
  await bind(rig.tenant, { name: "elsewhere", region: "salalah" });
  const asked = { regions: ["muscat"], sort: "name" as const };
  const { bindingIds, rows, exportId } = await runVerb(exportList, rig.officer, asked);
  expect(rows).toBe(2);
  const plain = (id: string) => id.replaceAll("-", "");
  expect(bindingIds).toBe(plain(first.bindingId) + plain(rig.bindingId));
  expect(exportedIds(bindingIds, 1, 5)).toEqual([plain(rig.bindingId)]);
  expect(exportedIds(bindingIds, 2, 5)).toEqual([]);
  const [event] = await asSuperuser<{ subject: string }>(
    `SELECT subject FROM audit_event WHERE tenant_id = '${rig.tenant}' AND type = 'runtime.secrets.list-exported'`,
  );
  expect(event?.subject).toBe(`export/${exportId}`);
  const lines = await withTenant(rig.tenant, "tenant", (tx) =>
    csvLines(tx, rig.tenant, exportedIds(bindingIds, 0, 10)),
  );
  const [alpha, zulu] = lines.split("\r\n");
  expect(alpha).toContain(`"${first.bindingId}","'=alpha()","database-credential","prod","muscat"`);
  expect(zulu).toContain('"zulu"');
  expect(lines.endsWith("\r\n")).toBe(true);
});

test("another tenant's ids make no lines", async () => {
  const rig = await newRig();
  const other = await newTenant("rotation");
  const lines = await withTenant(other, "tenant", (tx) => csvLines(tx, other, [rig.bindingId]));
  expect(lines).toBe("");
});

test("without the scope nothing is fixed and nothing is said", async () => {
  const rig = await newRig();
  const nobody = { ...rig.officer, scopes: new Set<never>() };
  await expect(runVerb(exportList, nobody, {})).rejects.toMatchObject({ code: "forbidden" });
});
