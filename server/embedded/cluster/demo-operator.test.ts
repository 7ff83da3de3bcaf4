import { cpSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { secretConsumers } from "#server/engines/kubernetes/secret-consumers.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import { DemoOperator } from "./demo-operator.ts";

const SOURCE = join(import.meta.dirname, "../../../deploy/demo-cluster/omantel");
const PATH = "muscatpharmacy/prod/orders-db";
let folder: string;
const versions = new Map<string, number>();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "demo-cluster-"));
  cpSync(SOURCE, folder, { recursive: true });
  versions.clear();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function told(promotedAt: Date) {
  const { objects, problems, takenAt } = await readSnapshot(folder);
  expect(problems).toEqual([]);
  const own = objects
    .map(({ manifest }) => manifest)
    .filter(({ metadata }) => metadata.namespace === "muscatpharmacy-prod");
  const asked = { store: "openbao", path: PATH, promotedAt, takenAt };
  return secretConsumers(own, asked).map(({ name, state }) => `${name} ${state}`);
}

/** Enough turns for every secret to have its own. */
async function turns(operator: DemoOperator, at: Date): Promise<void> {
  for (let count = 0; count < 12; count++) await operator.turn(at);
}

test("another version in the vault is fetched, then its workloads restart; the folder stays readable", async () => {
  const operator = new DemoOperator(folder, async (path) => versions.get(path) ?? 1);
  const promotedAt = new Date();
  const before = await readSnapshot(folder);
  expect((await told(promotedAt)).length).toBeGreaterThan(1);
  versions.set(PATH, 2);
  const fetched = new Date(promotedAt.getTime() + 1_000);
  await turns(operator, fetched);
  const [secret, workload] = await told(promotedAt);
  expect([secret, workload?.endsWith("not-yet")]).toEqual(["ExternalSecret/orders-db moved", true]);
  await operator.turn(new Date(fetched.getTime() + 3_000));
  for (const each of await told(promotedAt)) expect(each).toMatch(/ moved$/);
  const after = await readSnapshot(folder);
  expect(after.objects.length).toBe(before.objects.length);
});

test("nothing changed, the cluster is seen to have been looked at all the same", async () => {
  const operator = new DemoOperator(folder, async () => null);
  const at = new Date(Date.now() + 60_000);
  const before = await readSnapshot(folder);
  await operator.turn(at);
  const after = await readSnapshot(folder);
  expect(after.digest).toBe(before.digest);
  expect(after.takenAt?.getTime()).toBe(at.getTime());
  expect(statSync(folder).isDirectory()).toBe(true);
});
