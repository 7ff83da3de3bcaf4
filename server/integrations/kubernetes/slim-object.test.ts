import { expect, test } from "vitest";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { digestOf, slimObject } from "./slim-object.ts";

const entry = (manager: string, more = {}) => ({
  manager,
  operation: "Update",
  fieldsV1: { "f:spec": { "f:replicas": {} } },
  ...more,
});
const object = (metadata: Record<string, unknown>, more = {}): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  ...more,
  metadata: { name: "shop", ...metadata },
});

test("owners of fields stay readable and alike texts are kept once; those of the status go", () => {
  const texts = new Map<string, string>();
  const managedFields = [entry("helm"), entry("kubelet", { subresource: "status" })];
  const kept = slimObject(object({ managedFields }), texts);
  slimObject(object({ managedFields: [entry("other")] }), texts);
  expect(kept.metadata.managedFields).toEqual([entry("helm")]);
  expect(structuredClone(kept).metadata.managedFields).toEqual([entry("helm")]);
  expect(texts.size).toBe(1);
});

test("of what a controller made nobody's fields are kept, and of a Secret no value", () => {
  const ownerReferences = [{ kind: "ReplicaSet", name: "shop", controller: true }];
  const owned = slimObject(object({ managedFields: [entry("kcm")], ownerReferences }), new Map());
  expect(owned.metadata.managedFields).toBeUndefined();
  const noted = { "kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"dmFsdWU="}}' };
  const secret = slimObject(
    {
      apiVersion: "v1",
      kind: "Secret",
      data: { a: "dmFsdWU=" },
      metadata: { name: "token", annotations: noted, managedFields: [entry("kubectl")] },
    },
    new Map(),
  );
  expect(secret).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    data: { a: null },
    metadata: { name: "token", annotations: {} },
  });
});

test("versions, writers and heartbeats change no digest; contents do", () => {
  const node = (beat: string, resourceVersion: string, status = "True") => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n", resourceVersion },
    status: { conditions: [{ type: "Ready", status, lastHeartbeatTime: beat }] },
  });
  expect(digestOf(node("1", "1"))).toBe(digestOf(node("2", "2")));
  expect(digestOf(node("1", "1"))).not.toBe(digestOf(node("1", "1", "False")));
  const fetched = (refreshTime: string, version: string) => ({
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "token" },
    status: { refreshTime, syncedResourceVersion: version },
  });
  expect(digestOf(fetched("1", "a"))).toBe(digestOf(fetched("2", "a")));
  expect(digestOf(fetched("1", "a"))).not.toBe(digestOf(fetched("1", "b")));
  const writtenBy = (managedFields: unknown) => digestOf(object({ managedFields }));
  expect(writtenBy([])).toBe(writtenBy([entry("helm")]));
});
