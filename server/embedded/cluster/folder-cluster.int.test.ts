import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { record } from "#server/engines/kubernetes/manifest-fields.ts";
import { ServerSideApply } from "#server/integrations/kubernetes/server-side-apply.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import { startApiServer } from "../kubernetes/api-server.ts";
import { DemoOperator } from "./demo-operator.ts";
import { FolderCluster } from "./folder-cluster.ts";
import { ManifestFolder } from "./manifest-folder.ts";

const WORKLOADS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: shop, namespace: shop-prod }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec: { containers: [{ name: app, image: "registry.example/shop:1" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: shop-5d4-1, namespace: shop-prod, labels: { app: shop }, ownerReferences: [{ apiVersion: apps/v1, kind: ReplicaSet, name: shop-5d4, uid: "1", controller: true }] }
spec: { nodeName: node-1, containers: [{ name: app, image: "registry.example/shop:1" }] }
`;
const FETCHED = `
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: token, namespace: shop-prod }
spec: { data: [{ secretKey: token, remoteRef: { key: shop/token } }] }
`;

test("what is applied stands in the folder, is rolled out, and outlives the operator's own changes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "folder-cluster-"));
  mkdirSync(join(folder, "shop"));
  // One file for both: whoever wrote it last must not undo the other.
  writeFileSync(join(folder, "shop/prod.yaml"), `${WORKLOADS}---${FETCHED}`);
  const files = new ManifestFolder(folder);
  const cluster = new FolderCluster(files);
  const api = await startApiServer({
    store: cluster.store,
    users: { t: { name: "c", rules: "all" } },
  });
  writeFileSync(join(folder, "kubeconfig"), api.kubeconfig("t"));
  const writer = new ServerSideApply({ kind: "kubeconfig", file: join(folder, "kubeconfig") });
  const imageOf = async (kind: string) => {
    const { objects, problems } = await readSnapshot(folder);
    expect(problems).toEqual([]);
    const found = objects.find(({ manifest }) => manifest.kind === kind);
    return JSON.stringify(found?.manifest ?? null).match(/"image":"([^"]+)"/)?.[1];
  };
  try {
    const operator = new DemoOperator(folder, async () => 2, files);
    await writer.apply(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "shop", namespace: "shop-prod" },
        spec: {
          template: { spec: { containers: [{ name: "app", image: "registry.example/shop:2" }] } },
        },
      },
      { force: true },
    );
    expect(await imageOf("Deployment")).toBe("registry.example/shop:2");
    expect(await imageOf("Pod")).toBe("registry.example/shop:2");
    await operator.turn(new Date());
    expect(readFileSync(join(folder, "shop/prod.yaml"), "utf8")).toContain("refreshTime");
    expect(await imageOf("Deployment")).toBe("registry.example/shop:2");
    // What the operator noted is seen through the API.
    const fetched = { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret" };
    const address = { ...fetched, namespace: "shop-prod", name: "token" };
    expect((await writer.read(address))?.status).toHaveProperty("refreshTime");
    // And what a person writes into the folder.
    const text = readFileSync(join(folder, "shop/prod.yaml"), "utf8");
    writeFileSync(join(folder, "shop/prod.yaml"), text.replaceAll("shop:2", "shop:33"));
    cluster.refresh();
    const shop = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      namespace: "shop-prod",
      name: "shop",
    };
    expect(JSON.stringify(await writer.read(shop))).toContain("shop:33");
    await writer.delete(shop, await seen(writer, shop));
    expect(await imageOf("Deployment")).toBeUndefined();
  } finally {
    await writer.close();
    await api.close();
    rmSync(folder, { recursive: true });
  }
});

async function seen(writer: ServerSideApply, address: Parameters<ServerSideApply["read"]>[0]) {
  const { uid, resourceVersion } = record((await writer.read(address))?.metadata);
  return { uid: String(uid), resourceVersion: String(resourceVersion) };
}
