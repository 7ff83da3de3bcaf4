import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTestAuthority } from "../test-authority.ts";

interface RoleBinding {
  metadata: { name: string; namespace: string; annotations?: Record<string, string> };
  roleRef: { kind: string; name: string };
  subjects: { kind: string; name: string }[];
}

export interface RoleBindingServer {
  kubeconfig: string;
  all(): RoleBinding[];
  /** As with a finalizer: a deletion is accepted, and the object stays until this is lifted. */
  holdDeletions(isHeld: boolean): void;
  /** Somebody takes it away behind the console's back. */
  lose(name: string): void;
  stop(): Promise<void>;
}

const PATH =
  /^\/apis\/rbac\.authorization\.k8s\.io\/v1\/namespaces\/([^/]+)\/rolebindings\/([^/]+)$/;

/** The part of the Kubernetes API that `RoleBinding` objects live in, over TLS. */
export async function startRoleBindingServer(): Promise<RoleBindingServer> {
  const authority = await makeTestAuthority("Kubernetes");
  const { certificate: cert, privateKey: key } = await authority.issue({
    commonName: "localhost",
    dns: "localhost",
  });
  const token = randomBytes(16).toString("hex");
  const objects = new Map<string, RoleBinding>();
  let isHeld = false;
  const server = createServer({ cert, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const url = new URL(request.url ?? "/", "https://k");
    const [code, body] = answerTo(request.method ?? "", url, text, request.headers);
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });

  function answerTo(
    method: string,
    url: URL,
    text: string,
    headers: Record<string, string | string[] | undefined>,
  ): [number, unknown] {
    if (headers.authorization !== `Bearer ${token}`) return failure(403, "Forbidden");
    const [, namespace = "", name = ""] = PATH.exec(url.pathname) ?? [];
    if (!name) return failure(404, "NotFound");
    const at = `${namespace}/${name}`;
    const before = objects.get(at);
    if (method === "PATCH") {
      const isApply = headers["content-type"] === "application/apply-patch+yaml";
      if (!isApply) return failure(415, "UnsupportedMediaType");
      if (!url.searchParams.get("fieldManager")) return failure(400, "BadRequest");
      // YAML holds JSON: what our client sends is the latter.
      const wanted = JSON.parse(text) as RoleBinding;
      if (wanted.metadata.namespace !== namespace || wanted.metadata.name !== name) {
        return failure(400, "BadRequest");
      }
      const { roleRef } = before ?? wanted;
      if (roleRef.kind !== wanted.roleRef.kind || roleRef.name !== wanted.roleRef.name) {
        return failure(422, "Invalid");
      }
      objects.set(at, wanted);
      return [before ? 200 : 201, wanted];
    }
    if (!before) return failure(404, "NotFound");
    if (method === "GET") return [200, before];
    if (method !== "DELETE") return failure(405, "MethodNotAllowed");
    if (!isHeld) objects.delete(at);
    return [200, { kind: "Status", apiVersion: "v1", status: "Success" }];
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const directory = mkdtempSync(join(tmpdir(), "kube-rbac-"));
  const kubeconfig = join(directory, "config");
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [
        {
          name: "test",
          cluster: {
            server: origin,
            "certificate-authority-data": Buffer.from(authority.certificate).toString("base64"),
          },
        },
      ],
      users: [{ name: "test", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    }),
  );
  return {
    kubeconfig,
    all: () => [...objects.values()],
    holdDeletions: (held) => {
      isHeld = held;
    },
    lose: (name) => {
      for (const [at, { metadata }] of objects) if (metadata.name === name) objects.delete(at);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function failure(code: number, reason: string): [number, unknown] {
  return [code, { kind: "Status", apiVersion: "v1", status: "Failure", reason, code }];
}
