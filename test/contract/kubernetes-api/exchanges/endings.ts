import type { JsonObject } from "#server/engines/differ/json.ts";
import { applied, type Exchange, MAPS, map, metadataOf, resourcesNamed } from "./exchange.ts";

/** Deletes, and kinds that are defined later. */
export const ENDINGS: readonly Exchange[] = [
  { name: "delete what isn't there", method: "DELETE", path: `${MAPS}/none` },
  {
    name: "delete another than was seen",
    method: "DELETE",
    path: `${MAPS}/l4`,
    body: { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid: "0" } },
    pick: ({ reason, code }) => ({ reason, code }) as JsonObject,
  },
  {
    name: "one with a finalizer",
    method: "POST",
    path: MAPS,
    query: { fieldManager: "writer" },
    body: map("held", {}, { finalizers: ["example.com/hold"] }),
    pick: metadataOf,
  },
  {
    name: "deleted, and held",
    method: "DELETE",
    path: `${MAPS}/held`,
    pick: (body) =>
      Object.keys(body.metadata as JsonObject)
        .filter((key) => key.startsWith("deletion"))
        .sort(),
  },
  {
    name: "let go",
    method: "PATCH",
    path: `${MAPS}/held`,
    query: { fieldManager: "writer" },
    contentType: "application/merge-patch+json",
    body: { metadata: { finalizers: null } },
    pick: () => null,
  },
  { name: "gone", path: `${MAPS}/held` },
  {
    name: "a definition",
    method: "POST",
    path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    body: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "backups.contract.example" },
      spec: {
        group: "contract.example",
        scope: "Namespaced",
        names: { plural: "backups", singular: "backup", kind: "Backup" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                },
              },
            },
          },
        ],
      },
    },
    pick: () => null,
  },
  {
    name: "its resources",
    path: "/apis/contract.example/v1",
    until: 200,
    pick: resourcesNamed("backups", "backups/status"),
  },
  {
    ...applied(
      "apply a custom object",
      "console",
      {
        apiVersion: "contract.example/v1",
        kind: "Backup",
        metadata: { name: "daily" },
        spec: { keep: 7, paths: ["/a"] },
      },
      "/apis/contract.example/v1/namespaces/contract/backups/daily",
    ),
    until: 201,
  },
  {
    name: "a strategic merge of a custom object",
    method: "PATCH",
    path: "/apis/contract.example/v1/namespaces/contract/backups/daily",
    contentType: "application/strategic-merge-patch+json",
    body: {},
    pick: ({ reason, code }) => ({ reason, code }) as JsonObject,
  },
  {
    name: "custom objects",
    path: "/apis/contract.example/v1/backups",
    pick: ({ metadata: _, ...rest }) => rest,
  },
];
