import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiConnection } from "#server/integrations/kubernetes/api-connection.ts";
import { record, recording } from "./as-recorded.ts";
import { clientContract, shippedRules } from "./client-contract.ts";
import { assetsDir, type RealApiServer, startRealApiServer } from "./real-api-server.ts";
import { talk } from "./talk.ts";

const assets = assetsDir();

describe.skipIf(!assets)("a real kube-apiserver (skipped without KUBEBUILDER_ASSETS)", () => {
  let server: RealApiServer;

  beforeAll(async () => {
    server = await startRealApiServer(assets as string);
    const admin = new ApiConnection({
      kind: "kubeconfig",
      file: server.kubeconfig(server.tokens.admin),
    });
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const [apiVersion, name] = ["rbac.authorization.k8s.io/v1", "contract-reader"];
    const make = (resource: string, body: object) =>
      admin.request({ operation: "create", method: "POST", path: `${rbac}/${resource}`, body });
    await make("clusterroles", {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name },
      rules: shippedRules(),
    });
    await make("clusterrolebindings", {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "console-reader" }],
    });
    await admin.close();
  }, 180_000);
  afterAll(() => server?.stop(), 60_000);

  clientContract(() => ({
    kubeconfig: {
      admin: server.kubeconfig(server.tokens.admin),
      reader: server.kubeconfig(server.tokens.reader),
      stranger: server.kubeconfig("a-token-that-nobody-has"),
    },
  }));

  test("it answers as recorded; with RECORD=1 it is recorded", async () => {
    const answers = await talk(server);
    if (process.env.RECORD === "1") record({ server: `kube-apiserver ${server.version}`, answers });
    expect(answers).toEqual(recording().answers);
  }, 240_000);
});
