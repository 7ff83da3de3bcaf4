import { fork } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApiServer } from "#server/embedded/kubernetes/api-server.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";

/**
 * How long a cluster takes to be read live, what it weighs, and how soon a change is seen:
 * `npm run -s bench:live-cluster -- [pods]`. The cluster is a process of its own.
 */
const [role, count = "50000"] =
  process.argv[2] === "server" ? process.argv.slice(2) : ["client", process.argv[2]];
await (role === "server" ? serve(Number(count)) : read(Number(count)));

async function serve(pods: number): Promise<void> {
  const api = await startApiServer({ users: { bench: { name: "bench", rules: "all" } } });
  for (let at = 0; at < pods; at++) api.store.load(podOf(at));
  process.on("message", () => api.store.load(podOf(0, "image:changed")));
  process.send?.({ kubeconfig: api.kubeconfig("bench") });
}

async function read(pods: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-live-"));
  const server = fork(import.meta.filename, ["server", String(pods)], {
    execArgv: ["--conditions=react-server"],
  });
  const { kubeconfig } = await new Promise<{ kubeconfig: string }>((resolve) =>
    server.once("message", (message) => resolve(message as { kubeconfig: string })),
  );
  const file = join(folder, "kubeconfig");
  writeFileSync(file, kubeconfig);
  const source = new LiveSource({
    name: "bench",
    region: null,
    access: { kind: "kubeconfig", file },
  });
  const before = process.memoryUsage().rss;
  const first = await timed(() => source.read());
  const again = await timed(() => source.read());
  const told = new Promise<void>((resolve) => source.onChange(() => resolve()));
  const changed = await timed(async () => {
    server.send("change");
    await told;
    return source.read();
  });
  const megabytes = (process.memoryUsage().rss - before) / 1_000_000;
  const line = [
    `${first.result.manifests.length} objects`,
    `first reading ${first.seconds.toFixed(1)} s`,
    `again ${(again.seconds * 1_000).toFixed(0)} ms`,
    `a change seen after ${(changed.seconds * 1_000).toFixed(0)} ms`,
    `${megabytes.toFixed(0)} MB`,
  ].join(", ");
  process.stdout.write(`${line}\n`);
  if (changed.result.digest === first.result.digest) process.exitCode = 1;
  await source.close();
  server.kill();
  rmSync(folder, { recursive: true });
}

async function timed<T>(act: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const start = performance.now();
  const result = await act();
  return { result, seconds: (performance.now() - start) / 1_000 };
}

/** As a running pod is: with what its controller and its node own. */
function podOf(at: number, image = "registry.example/shop@sha256:0") {
  const own = {
    "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
    "f:spec": {
      "f:containers": {
        'k:{"name":"app"}': { ".": {}, "f:image": {}, "f:name": {}, "f:resources": {} },
      },
      "f:dnsPolicy": {},
      "f:restartPolicy": {},
    },
  };
  const seen = {
    "f:status": {
      "f:phase": {},
      "f:podIP": {},
      "f:conditions": { 'k:{"type":"Ready"}': { ".": {}, "f:status": {} } },
    },
  };
  const entry = {
    operation: "Update",
    apiVersion: "v1",
    time: "2026-11-22T00:00:00Z",
    fieldsType: "FieldsV1",
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `shop-${at}`,
      namespace: `team-${at % 500}`,
      labels: { app: "shop", "pod-template-hash": "5d4" },
      ownerReferences: [
        { apiVersion: "apps/v1", kind: "ReplicaSet", name: "shop-5d4", uid: "1", controller: true },
      ],
      managedFields: [
        { ...entry, manager: "kube-controller-manager", fieldsV1: own },
        { ...entry, manager: "kubelet", subresource: "status", fieldsV1: seen },
      ],
    },
    spec: {
      nodeName: `node-${at % 1000}`,
      containers: [{ name: "app", image, resources: { limits: { cpu: "1", memory: "1Gi" } } }],
    },
    status: {
      phase: "Running",
      podIP: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
      conditions: [{ type: "Ready", status: "True" }],
    },
  };
}
