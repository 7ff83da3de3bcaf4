import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { consumersOf } from "#server/features/rotation/consumers/consumers-query.ts";
import { overrideRevoke } from "#server/features/rotation/verbs/override-revoke.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  type CertificateServer,
  startCertificateServer,
} from "#test/contract/kubernetes/certificate-server.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { type RotationFixture, rotationFixture } from "../rotation/testing/rotation-fixture.ts";
import { comesTo, forceOne, rotationState } from "../rotation/testing/rotation-state.ts";
import { startWorker, type WorkerProcess } from "../rotation/testing/worker-process.ts";

/** A real worker, a real target with sessions, and a cluster in a folder. */
let fixture: RotationFixture;
let worker: WorkerProcess;
let api: CertificateServer;
const folder = mkdtempSync(join(tmpdir(), "consumers-cluster-"));

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  fixture = await rotationFixture();
  writeCluster("nobody", null);
  api = await startCertificateServer();
  worker = startWorker({
    ...fixture.env,
    WORKER_LOOPS: "rotations,consumers",
    KUBERNETES_SNAPSHOT_DIR: folder,
    KUBERNETES_API: api.kubeconfig,
  });
});
afterAll(async () => {
  await worker.stop();
  await api.stop();
  await fixture.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a session on the old login holds its end back; when it leaves, the old login is proved dead", async () => {
  const pair = await fixture.newPair(1);
  const open = await openAs(pair.roles[0], (await pair.login()).password.reveal());
  const rotationId = await forceOne(fixture.tenant, pair.bindingId);
  await heldFor(rotationId, "old_value_in_use");
  expect((await open.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await open.end();
  await comesTo(fixture.tenant, rotationId, "done");
  const alerts = await asSuperuser<{ kind: string }>(
    "SELECT kind FROM alert WHERE subject_ref = 'secret-binding/' || $1",
    [pair.bindingId],
  );
  expect(alerts.map(({ kind }) => kind)).toEqual(["rotation-old-value-in-use"]);
});

test("an officer ends it all the same: the session is cut, the old login proved dead", async () => {
  const pair = await fixture.newPair(1);
  const before = await pair.login();
  const open = await openAs(pair.roles[0], before.password.reveal());
  const cut = new Promise((resolve) => open.on("error", resolve));
  const rotationId = await forceOne(fixture.tenant, pair.bindingId);
  await heldFor(rotationId, "old_value_in_use");
  const reason = "the application is known to be abandoned";
  await runVerb(overrideRevoke, userOf(fixture.tenant, "officer"), { rotationId, reason });
  await cut;
  await comesTo(fixture.tenant, rotationId, "done");
  expect(await pair.probe(before)).toMatchObject({ kind: "refused" });
});

test("a workload of the cluster holds it until its pods were started anew; a cluster that is away holds it too", async () => {
  const { bindingId, path } = await fixture.newSecret({ graceSeconds: 1 });
  writeCluster(path, new Date(Date.now() - 60_000));
  const rotationId = await forceOne(fixture.tenant, bindingId);
  // Written down before the promotion: it tells nothing of afterwards.
  await heldFor(rotationId, "consumers_unknown");
  writeCluster(path, new Date(Date.now() - 60_000));
  await heldFor(rotationId, "old_value_in_use");
  rmSync(folder, { recursive: true });
  await heldFor(rotationId, "consumers_unknown");
  const states = await asSuperuser<{ state: string }>(
    "SELECT DISTINCT state FROM secret_consumer WHERE binding_id = $1",
    [bindingId],
  );
  expect(states).toEqual([{ state: "unknown" }]);
  mkdirSync(folder);
  writeCluster(path, new Date());
  await comesTo(fixture.tenant, rotationId, "done");
});

test("an ExternalSecret that waits for its interval is asked to fetch at once, with when it would by itself", async () => {
  const { bindingId, path } = await fixture.newSecret({ graceSeconds: 3_600 });
  const before = new Date(Date.now() - 60_000);
  writeCluster(path, before);
  api.newExternalSecret("shop-test", "token");
  const rotationId = await forceOne(fixture.tenant, bindingId);
  await comesTo(fixture.tenant, rotationId, "grace");
  writeCluster(path, before);
  const secretNow = async () => {
    const { consumers } = await withTenant(fixture.tenant, "tenant", (tx) =>
      consumersOf(tx, fixture.tenant, bindingId, new Set(["runtime.secrets.read"])),
    );
    return consumers.find(({ kind }) => kind === "external-secret");
  };
  await waitFor(async () => (await secretNow())?.fetch?.state === "asked", {
    timeout: 60_000,
    message: `it to be asked; ${worker.output().slice(-2_000)}`,
  });
  expect(api.annotationsOf("shop-test", "token")["force-sync"]).toMatch(/^\d+-1$/);
  // The hour that is usual, where nothing is said.
  expect((await secretNow())?.refreshDueAt).toEqual(new Date(before.getTime() + 3_600_000));
  const types = (await eventsOf(fixture.tenant)).map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining(["runtime.secrets.fetch-begun", "runtime.secrets.fetch-asked"]),
  );
  writeCluster(path, new Date());
  await waitFor(async () => (await secretNow())?.state === "moved", {
    timeout: 60_000,
    message: "it to have moved",
  });
});

function heldFor(rotationId: string, code: string) {
  return waitFor(
    async () => {
      const { state, error_code } = await rotationState(fixture.tenant, rotationId);
      if (state === "done") throw new Error("the old value was ended");
      return state === "grace" && error_code === code;
    },
    { timeout: 60_000, message: `it to be held for ${code}; ${worker.output().slice(-2_000)}` },
  );
}

async function openAs(user: string, password: string): Promise<pg.Client> {
  const client = new pg.Client({ ...fixture.target, user, password });
  await client.connect();
  return client;
}

/** One ExternalSecret, refreshed at a time, and a Deployment whose pod started right after. */
function writeCluster(path: string, refreshedAt: Date | null): void {
  const namespace = "shop-test";
  const labels = { "catalyst.openova.io/tenant": fixture.tenant };
  const container = { name: "app", envFrom: [{ secretRef: { name: "token" } }] };
  const time = refreshedAt?.toISOString();
  const objects = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: "token", namespace },
      spec: { dataFrom: [{ extract: { key: `secret/data/${path}` } }] },
      status: { refreshTime: time, conditions: [{ type: "Ready", status: "True" }] },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "notifier", namespace },
      spec: { replicas: 1, template: { spec: { containers: [container] } } },
    },
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "notifier-6d5f-x2x9z",
        namespace,
        ownerReferences: [{ kind: "ReplicaSet", name: "notifier-6d5f" }],
      },
      status: { phase: "Running", startTime: time },
    },
  ];
  const list = { apiVersion: "v1", kind: "List", items: objects };
  writeFileSync(join(folder, "cluster.json"), JSON.stringify(list));
}
