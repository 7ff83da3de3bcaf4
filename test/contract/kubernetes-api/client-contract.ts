import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ApiConnection } from "#server/integrations/kubernetes/api-connection.ts";
import type { ClusterContents } from "#server/integrations/kubernetes/cluster-source.ts";
import type { SecretReading } from "#server/integrations/kubernetes/live-source.ts";
import { LiveSource } from "#server/integrations/kubernetes/live-source.ts";

/** A server to read, as administrator, as the shipped role, and with a token that nobody has. */
export interface ReadPeer {
  /** Files. */
  kubeconfig: Record<"admin" | "reader" | "stranger", string>;
}

const DEPLOY = join(import.meta.dirname, "../../../deploy/kubernetes");
const SECRET = "do-not-show-this-value";
const QUICK = { baseMillis: 50, slowMillis: 500, pageSize: 2, graceMillis: 200 };

/** The rules of the role that we ship, as one role of our own: nothing aggregates them here. */
export function shippedRules(): Record<string, unknown>[] {
  const text = readFileSync(join(DEPLOY, "reader.yaml"), "utf8");
  return parseAllDocuments(text)
    .map((document) => document.toJS() as { kind: string; rules?: Record<string, unknown>[] })
    .filter(({ kind }) => kind === "ClusterRole")
    .flatMap(({ rules = [] }) => rules);
}

/** What the console's client promises of any Kubernetes API. */
export function clientContract(peer: () => ReadPeer): void {
  const source = (as: keyof ReadPeer["kubeconfig"], secrets?: SecretReading) =>
    new LiveSource({
      name: "contract",
      region: null,
      access: { kind: "kubeconfig", file: peer().kubeconfig[as] },
      timing: QUICK,
      ...(secrets ? { secrets } : {}),
    });
  const api = () => new ApiConnection({ kind: "kubeconfig", file: peer().kubeconfig.admin });

  test("every kind is listed in chunks, Secrets without their values", async () => {
    const admin = api();
    const own = source("admin");
    try {
      await make(admin, "reading");
      const contents = await own.read();
      expect(namesOf(contents, "ConfigMap", "reading")).toEqual(
        expect.arrayContaining(["c1", "c2", "c3", "c4", "c5"]),
      );
      const secret = find(contents, "Secret", "token");
      expect(secret?.data).toEqual({ password: null });
      expect(JSON.stringify(contents.manifests)).not.toContain(SECRET);
      expect(JSON.stringify(contents.manifests)).not.toContain(base64(SECRET));
      expect(contents.unread).toEqual([]);
      // The differ asks who owns a field.
      const fields = find(contents, "ConfigMap", "c1")?.metadata.managedFields;
      expect(fields).toMatchObject([
        { manager: "contract", fieldsV1: { "f:data": { "f:a": {} } } },
      ]);
    } finally {
      await Promise.all([admin.close(), own.close()]);
    }
  });

  test("a change is told and seen, and what says nothing new is not", async () => {
    const admin = api();
    const own = source("admin");
    try {
      await make(admin, "watching");
      const before = await own.read();
      const told = new Promise<void>((resolve) => own.onChange(() => resolve()));
      await patch(admin, "/api/v1/namespaces/watching/configmaps/c1", { data: { a: "2" } });
      await told;
      await expect
        .poll(async () => find(await own.read(), "ConfigMap", "c1", "watching")?.data)
        .toEqual({ a: "2" });
      expect((await own.read()).digest).not.toBe(before.digest);
      await admin.request({
        operation: "delete",
        method: "DELETE",
        path: "/api/v1/namespaces/watching/configmaps/c2",
      });
      await expect
        .poll(async () => find(await own.read(), "ConfigMap", "c2", "watching"))
        .toBeUndefined();
    } finally {
      await Promise.all([admin.close(), own.close()]);
    }
  });

  test("with the shipped role Secrets are unread and all the rest is read", async () => {
    const admin = api();
    const own = source("reader");
    try {
      await make(admin, "shipped");
      const contents = await own.read();
      expect(contents.unread.map(({ kind }) => kind)).toContain("Secret");
      expect(contents.unread.find(({ kind }) => kind === "Secret")).toMatchObject({
        reason: "Kubernetes Secret list: permission_denied (HTTP 403)",
        since: expect.any(Date),
      });
      for (const kind of [
        "Namespace",
        "ConfigMap",
        "networking.k8s.io/NetworkPolicy",
        "apps/Deployment",
      ]) {
        expect(contents.unread.map((each) => each.kind)).not.toContain(kind);
      }
      expect(namesOf(contents, "ConfigMap", "shipped")).toContain("c1");
    } finally {
      await Promise.all([admin.close(), own.close()]);
    }
  });

  test("of Secrets read by name nothing but the name comes, and their contents are unread", async () => {
    const admin = api();
    const own = source("admin", "names");
    try {
      await make(admin, "naming");
      const contents = await own.read();
      const secret = find(contents, "Secret", "token", "naming");
      expect(secret?.metadata.name).toBe("token");
      expect(secret).not.toHaveProperty("data");
      expect(JSON.stringify(secret)).not.toContain(base64(SECRET));
      expect(contents.unread).toMatchObject([{ kind: "Secret", reason: "only names are read" }]);
    } finally {
      await Promise.all([admin.close(), own.close()]);
    }
  });

  test("refused credentials are told as such, and nothing of them", async () => {
    const own = source("stranger");
    try {
      const error = await own.read().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        name: "KubernetesError",
        message: "Kubernetes discovery: credentials_refused (HTTP 401)",
      });
    } finally {
      await own.close();
    }
  });
}

/** A namespace with some objects and a Secret that kubectl noted down in an annotation. */
async function make(admin: ApiConnection, namespace: string): Promise<void> {
  await post(admin, "/api/v1/namespaces", { kind: "Namespace", metadata: { name: namespace } });
  for (const name of ["c1", "c2", "c3", "c4", "c5"]) {
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await post(admin, path, { kind: "ConfigMap", metadata: { name }, data: { a: "1" } });
  }
  const noted = JSON.stringify({ data: { password: base64(SECRET) } });
  await post(admin, `/api/v1/namespaces/${namespace}/secrets`, {
    kind: "Secret",
    metadata: {
      name: "token",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": noted },
    },
    data: { password: base64(SECRET) },
  });
}

function post(api: ApiConnection, path: string, body: Record<string, unknown>): Promise<unknown> {
  return api.request({
    operation: "create",
    method: "POST",
    path,
    query: { fieldManager: "contract" },
    body: { apiVersion: "v1", ...body },
  });
}

function patch(api: ApiConnection, path: string, body: unknown): Promise<unknown> {
  const contentType = "application/merge-patch+json";
  return api.request({ operation: "patch", method: "PATCH", path, body, contentType });
}

function find({ manifests }: ClusterContents, kind: string, name: string, namespace?: string) {
  return manifests.find(
    (each) =>
      each.kind === kind &&
      each.metadata.name === name &&
      (namespace === undefined || each.metadata.namespace === namespace),
  );
}

function namesOf({ manifests }: ClusterContents, kind: string, namespace: string): string[] {
  return manifests
    .filter((each) => each.kind === kind && each.metadata.namespace === namespace)
    .map(({ metadata }) => metadata.name);
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
