import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeTestAuthority } from "../test-authority.ts";

interface CertificateObject {
  apiVersion: "cert-manager.io/v1";
  kind: "Certificate";
  metadata: { name: string; namespace: string; generation: number; resourceVersion: string };
  spec: { secretName: string; issuerRef: { name: string; kind: string } };
  status: Record<string, unknown> & { revision: number; conditions: unknown[] };
}

export interface CertificateServer {
  /** A kubeconfig file that names this server, its authority and a token. */
  kubeconfig: string;
  newCertificate(namespace: string): string;
  /** What cert-manager does after it was asked: another issuance. */
  issue(namespace: string, name: string): void;
  /** An ExternalSecret, as an installation of this version serves it. */
  newExternalSecret(namespace: string, name: string, version?: "v1" | "v1beta1"): void;
  annotationsOf(namespace: string, name: string): Record<string, string>;
  patches(): number;
  changeBeforeNextPatch(): void;
  refuseNext(): void;
  stop(): Promise<void>;
}

const DAY_MILLIS = 86_400_000;
const PATH =
  /^\/apis\/cert-manager\.io\/v1\/namespaces\/([^/]+)\/certificates\/([^/]+)(\/status)?$/;

const EXTERNAL_SECRET =
  /^\/apis\/external-secrets\.io\/(v1|v1beta1)\/namespaces\/([^/]+)\/externalsecrets\/([^/]+)$/;

/** The part of the Kubernetes API that ExternalSecrets, `Certificate` objects and their status live in, over TLS. */
export async function startCertificateServer(): Promise<CertificateServer> {
  const authority = await makeTestAuthority("Kubernetes");
  const { certificate: cert, privateKey: key } = await authority.issue({
    commonName: "localhost",
    dns: "localhost",
  });
  const token = randomBytes(16).toString("hex");
  const objects = new Map<string, CertificateObject>();
  const externalSecrets = new Map<string, Record<string, string>>();
  let version = 1;
  let patches = 0;
  let isChanging = false;
  let isRefusing = false;
  const touch = (object: CertificateObject) => {
    version += 1;
    object.metadata.resourceVersion = String(version);
  };

  const server = createServer({ cert, key }, async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const [code, body] = answerTo(request.method ?? "", request.url ?? "", text, request.headers);
    response.writeHead(code, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });

  function answerTo(
    method: string,
    url: string,
    text: string,
    headers: Record<string, string | string[] | undefined>,
  ): [number, unknown] {
    const isKnown = headers.authorization === `Bearer ${token}` && !isRefusing;
    isRefusing = false;
    if (!isKnown) return status(403, "Forbidden");
    const external = EXTERNAL_SECRET.exec(new URL(url, "https://k").pathname);
    if (external) return annotate(method, external.slice(1).join("/"), text, headers);
    const [, namespace, name, sub] = PATH.exec(new URL(url, "https://k").pathname) ?? [];
    const object = objects.get(`${namespace}/${name}`);
    if (!object) return status(404, "NotFound");
    if (method === "GET") return [200, object];
    if (method !== "PATCH" || !sub) return status(405, "MethodNotAllowed");
    if (headers["content-type"] !== "application/merge-patch+json") {
      return status(415, "UnsupportedMediaType");
    }
    if (isChanging) touch(object);
    isChanging = false;
    const patch = JSON.parse(text) as Partial<CertificateObject>;
    const expected = patch.metadata?.resourceVersion;
    if (expected && expected !== object.metadata.resourceVersion) return status(409, "Conflict");
    // RFC 7396: members are merged, lists are replaced. Only the status changes below /status.
    object.status = { ...object.status, ...patch.status };
    patches += 1;
    touch(object);
    return [200, object];
  }

  /** RFC 7396: annotations are merged by name. */
  function annotate(
    method: string,
    key: string,
    text: string,
    headers: Record<string, string | string[] | undefined>,
  ): [number, unknown] {
    const annotations = externalSecrets.get(key);
    if (!annotations) return status(404, "NotFound");
    if (method !== "PATCH") return status(405, "MethodNotAllowed");
    if (headers["content-type"] !== "application/merge-patch+json") {
      return status(415, "UnsupportedMediaType");
    }
    const patch = JSON.parse(text) as { metadata?: { annotations?: Record<string, string> } };
    Object.assign(annotations, patch.metadata?.annotations);
    patches += 1;
    return [200, { kind: "ExternalSecret", metadata: { annotations } }];
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const directory = mkdtempSync(join(tmpdir(), "kube-"));
  const kubeconfig = join(directory, "config");
  writeFileSync(kubeconfig, JSON.stringify(configOf(origin, authority.certificate, token)));
  return {
    kubeconfig,
    newCertificate(namespace) {
      const name = `cert-${randomBytes(4).toString("hex")}`;
      const object = newObject(namespace, name);
      objects.set(`${namespace}/${name}`, object);
      touch(object);
      return name;
    },
    issue(namespace, name) {
      const object = objects.get(`${namespace}/${name}`);
      if (!object) throw new Error("no such certificate");
      object.status = statusOf(object.status.revision + 1);
      touch(object);
    },
    newExternalSecret(namespace, name, served = "v1") {
      externalSecrets.set(`${served}/${namespace}/${name}`, {});
    },
    annotationsOf(namespace, name) {
      const of = (served: string) => externalSecrets.get(`${served}/${namespace}/${name}`);
      return of("v1") ?? of("v1beta1") ?? {};
    },
    patches: () => patches,
    changeBeforeNextPatch: () => {
      isChanging = true;
    },
    refuseNext: () => {
      isRefusing = true;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function newObject(namespace: string, name: string): CertificateObject {
  return {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace, generation: 1, resourceVersion: "1" },
    spec: { secretName: `${name}-tls`, issuerRef: { name: "internal", kind: "ClusterIssuer" } },
    status: statusOf(1),
  };
}

function statusOf(revision: number): CertificateObject["status"] {
  const start = Math.floor(Date.now() / 1000) * 1000;
  const at = (days: number) =>
    new Date(start + days * DAY_MILLIS).toISOString().replace(".000", "");
  return {
    revision,
    notBefore: at(0),
    notAfter: at(90),
    renewalTime: at(60),
    conditions: [
      { type: "Ready", status: "True", reason: "Ready", lastTransitionTime: at(0), message: "" },
    ],
  };
}

function status(code: number, reason: string): [number, unknown] {
  return [code, { kind: "Status", apiVersion: "v1", status: "Failure", reason, code }];
}

function configOf(server: string, ca: string, token: string) {
  const authority = Buffer.from(ca).toString("base64");
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": authority } }],
    users: [{ name: "test", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  };
}
