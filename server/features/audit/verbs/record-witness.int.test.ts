import { afterAll, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { logHead } from "../queries.ts";
import { sealPendingAudit } from "../sealing/seal-pending-audit.ts";
import { emitMany, freshTenant } from "../testing/audit-fixture.ts";
import { closeConnections } from "../testing/close-connections.ts";
import { recordWitness } from "./record-witness.ts";

afterAll(closeConnections);

const tenant = freshTenant();
const worker = workerOf(tenant, ["runtime.audit.witness"]);
const none = { witness: "w.test", knownSize: "0", cosignature: null, trouble: null };
const cosignature = { treeSize: "2", timestamp: 1_800_000_000, line: "— w.test c2lnbmF0dXJl" };

test("a trouble is new once, keeps its beginning, and ends with a cosignature; a size never shrinks", async () => {
  await emitMany(tenant, 2);
  await sealPendingAudit(tenant);
  const witnessed = async () =>
    (await withTenant(tenant, "tenant", (tx) => logHead(tx, tenant))).witnesses[0];
  const trouble = { ...none, trouble: "unreachable" } as const;
  expect(await runVerb(recordWitness, worker, trouble)).toEqual({ isNewTrouble: true });
  const since = (await witnessed())?.troubleSince;
  expect(await runVerb(recordWitness, worker, trouble)).toEqual({ isNewTrouble: false });
  expect((await witnessed())?.troubleSince).toEqual(since);
  const said = { ...none, knownSize: "2", cosignature };
  expect(await runVerb(recordWitness, worker, said)).toEqual({ isNewTrouble: false });
  await runVerb(recordWitness, worker, said);
  expect(await witnessed()).toMatchObject({ treeSize: "2", trouble: null, troubleSince: null });
  await runVerb(recordWitness, worker, none);
  const [known] = await withTenant(tenant, "worker", (tx) =>
    tx.query("SELECT known_size FROM audit_witness WHERE tenant_id = $1", [tenant]),
  );
  expect(known).toEqual({ known_size: "2" });
});

test("only of heads that there are, by the worker with its scope; the log hears nothing of it", async () => {
  const nowhere = { ...none, cosignature: { ...cosignature, treeSize: "999" } };
  await expect(runVerb(recordWitness, worker, nowhere)).rejects.toThrow();
  await expect(runVerb(recordWitness, workerOf(tenant, []), none)).rejects.toMatchObject({
    code: "forbidden",
  });
  const person = userOf(tenant, "x", { scopes: ["runtime.audit.witness"] });
  await expect(runVerb(recordWitness, person, none)).rejects.toMatchObject({ code: "forbidden" });
  const head = await withTenant(tenant, "tenant", (tx) => logHead(tx, tenant));
  expect(head.checkpoint?.treeSize).toBe("2");
});
