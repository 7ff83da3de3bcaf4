import type { Json, JsonObject } from "#server/engines/differ/json.ts";

export interface Exchange {
  name: string;
  as?: "admin" | "reader" | "stranger";
  method?: string;
  path: string;
  query?: Record<string, string>;
  accept?: string;
  contentType?: string;
  body?: Json;
  /** Reads events: this many, bookmarks aside. */
  events?: number;
  /** What of the answer is compared, where the rest is the server's own affair. */
  pick?(body: JsonObject): Json;
  /** Before it: what was stored so far is compacted away. */
  compact?: boolean;
  /** Repeated until it is this code: a definition takes a moment to be served. */
  until?: number;
}

/** What earlier answers said, by the name of the exchange. */
export type Earlier = (name: string) => JsonObject;

const NS = "/api/v1/namespaces/contract";
const MAPS = `${NS}/configmaps`;
const DEPLOYMENTS = "/apis/apps/v1/namespaces/contract/deployments";
const APPLY = "application/apply-patch+yaml";
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

const map = (
  name: string,
  data: Record<string, string>,
  metadata: JsonObject = {},
): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

const deployment = (container: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "shop", labels: { app: "shop" } },
  spec: {
    ...more,
    selector: { matchLabels: { app: "shop" } },
    template: {
      metadata: { labels: { app: "shop" } },
      spec: { containers: [{ name: "app", ...container }] },
    },
  },
});

const applied = (
  name: string,
  manager: string,
  body: JsonObject,
  path: string,
  more = {},
): Exchange => ({
  name,
  method: "PATCH",
  path,
  contentType: APPLY,
  query: { fieldManager: manager, ...more },
  body,
});

const resourcesNamed =
  (...names: string[]) =>
  (body: JsonObject): Json =>
    (body.resources as JsonObject[])
      .filter(({ name }) => names.includes(String(name)))
      .map(({ name, namespaced, kind, verbs, singularName }) => {
        const own = (verbs as string[]).filter((verb) => verb !== "deletecollection").sort();
        return { name, namespaced, kind, singularName, verbs: own } as JsonObject;
      })
      .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));

const metadataOf = ({ metadata }: JsonObject): Json => metadata ?? null;

/** One talk with a Kubernetes API, from beginning to end, in a namespace of its own. */
export const EXCHANGES: readonly (Exchange | ((earlier: Earlier) => Exchange))[] = [
  {
    name: "core versions",
    path: "/api",
    pick: ({ kind, versions }) => ({ kind, versions }) as JsonObject,
  },
  {
    name: "core resources",
    path: "/api/v1",
    pick: resourcesNamed("configmaps", "namespaces/status", "secrets"),
  },
  {
    name: "resources of a group",
    path: "/apis/apps/v1",
    pick: resourcesNamed("deployments", "deployments/status"),
  },
  { name: "no such path", path: "/apis/nothing.example/v1/things" },
  { name: "a token that nobody has", as: "stranger", path: "/api/v1/namespaces" },
  {
    name: "a namespace",
    method: "POST",
    path: "/api/v1/namespaces",
    query: { fieldManager: "contract" },
    body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "contract" } },
    pick: ({ kind }) => ({ kind: kind ?? null }),
  },
  { name: "a list that may not be read", as: "reader", path: "/api/v1/secrets" },
  { name: "an object that may not be read", as: "reader", path: `${NS}/secrets/token` },
  {
    name: "an object that may not be made",
    as: "reader",
    method: "POST",
    path: "/apis/networking.k8s.io/v1/namespaces/contract/networkpolicies",
    body: { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "all" } },
  },
  {
    name: "a namespace that isn't there",
    method: "POST",
    path: "/api/v1/namespaces/nowhere/configmaps",
    body: map("one", {}),
  },
  {
    name: "create",
    method: "POST",
    path: MAPS,
    query: { fieldManager: "writer" },
    body: map("one", { a: "1", b: "2" }, { labels: { app: "shop" } }),
  },
  { name: "create again", method: "POST", path: MAPS, body: map("one", {}) },
  { name: "get", path: `${MAPS}/one` },
  { name: "get what isn't there", path: `${MAPS}/none` },
  {
    name: "replace an older version",
    method: "PUT",
    path: `${MAPS}/one`,
    body: map("one", {}, { resourceVersion: "1" }),
  },
  {
    name: "replace",
    method: "PUT",
    path: `${MAPS}/one`,
    query: { fieldManager: "writer" },
    body: map("one", { a: "2", c: "3" }, { labels: { app: "shop" } }),
  },
  {
    name: "merge patch",
    method: "PATCH",
    path: `${MAPS}/one`,
    query: { fieldManager: "labeller" },
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: { tier: "front" } }, data: { c: null } },
  },
  {
    name: "JSON patch",
    method: "PATCH",
    path: `${MAPS}/one`,
    query: { fieldManager: "writer" },
    contentType: "application/json-patch+json",
    body: [{ op: "replace", path: "/data/a", value: "4" }],
  },
  {
    name: "a patch of another type",
    method: "PATCH",
    path: `${MAPS}/one`,
    contentType: "application/json",
    body: {},
    pick: ({ reason, code }) => ({ reason, code }) as JsonObject,
  },
  applied("apply makes it", "first", map("two", { a: "1", b: "2" }), `${MAPS}/two`),
  applied("apply again changes nothing", "first", map("two", { a: "1", b: "2" }), `${MAPS}/two`),
  applied(
    "apply what another owns, with the same value",
    "second",
    map("two", { a: "1" }),
    `${MAPS}/two`,
  ),
  applied("apply against another's value", "second", map("two", { a: "9", b: "8" }), `${MAPS}/two`),
  applied("apply by force in a dry run", "second", map("two", { a: "9" }), `${MAPS}/two`, {
    force: "true",
    dryRun: "All",
  }),
  { name: "the dry run wrote nothing", path: `${MAPS}/two` },
  applied("apply by force", "second", map("two", { a: "9" }), `${MAPS}/two`, { force: "true" }),
  applied("what is no longer applied goes", "first", map("two", {}), `${MAPS}/two`),
  {
    name: "apply without a manager",
    method: "PATCH",
    path: `${MAPS}/two`,
    contentType: APPLY,
    body: map("two", {}),
  },
  {
    name: "update what is applied",
    method: "PATCH",
    path: `${MAPS}/two`,
    query: { fieldManager: "person" },
    contentType: "application/merge-patch+json",
    body: { data: { a: "by hand" } },
  },
  applied("apply over a person's change", "second", map("two", { a: "9" }), `${MAPS}/two`),
  {
    name: "a deployment",
    method: "POST",
    path: DEPLOYMENTS,
    query: { fieldManager: "kubectl-create" },
    body: deployment({ image: "shop:1", env: [{ name: "A", value: "1" }] }, { replicas: 2 }),
  },
  applied(
    "apply into a list of containers",
    "console",
    deployment({
      image: "shop:1",
      env: [{ name: "B", value: "2" }],
      ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }],
    }),
    `${DEPLOYMENTS}/shop`,
  ),
  applied(
    "a conflict within a list",
    "console",
    deployment({ image: "shop:2" }, { replicas: 3 }),
    `${DEPLOYMENTS}/shop`,
  ),
  applied(
    "by force within a list",
    "console",
    deployment({ image: "shop:2", ports: [{ containerPort: 80 }] }, { replicas: 3 }),
    `${DEPLOYMENTS}/shop`,
    { force: "true" },
  ),
  {
    name: "strategic merge",
    method: "PATCH",
    path: `${DEPLOYMENTS}/shop`,
    query: { fieldManager: "person" },
    contentType: "application/strategic-merge-patch+json",
    body: {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "app", image: "shop:3" },
              { name: "side", image: "side:1" },
            ],
          },
        },
      },
    },
  },
  {
    name: "the status alone",
    method: "PATCH",
    path: `${DEPLOYMENTS}/shop/status`,
    query: { fieldManager: "controller" },
    contentType: "application/merge-patch+json",
    body: { spec: { replicas: 9 }, status: { replicas: 3, observedGeneration: 1 } },
  },
  ...["l1", "l2", "l3", "l4", "l5"].map((name) => ({
    name: `make ${name}`,
    method: "POST",
    path: MAPS,
    query: { fieldManager: "writer" },
    body: map(name, {}, { labels: { list: "yes" } }),
    pick: () => null,
  })),
  {
    name: "the first chunk",
    path: MAPS,
    query: { limit: "2", labelSelector: "list=yes" },
    pick: chunk,
  },
  (earlier) => ({
    name: "the next chunk",
    path: MAPS,
    query: {
      limit: "2",
      labelSelector: "list=yes",
      continue: continueOf(earlier("the first chunk")),
    },
    pick: chunk,
  }),
  (earlier) => ({
    name: "a chunk after compaction",
    compact: true,
    path: MAPS,
    query: {
      limit: "2",
      labelSelector: "list=yes",
      continue: continueOf(earlier("the first chunk")),
    },
  }),
  (earlier) => ({
    name: "the rest, as it is now",
    path: MAPS,
    query: {
      limit: "9",
      labelSelector: "list=yes",
      continue: continueOf(earlier("a chunk after compaction")),
    },
    pick: chunk,
  }),
  {
    name: "metadata alone",
    path: MAPS,
    query: { labelSelector: "list in (yes),app!=shop", limit: "1" },
    accept: METADATA,
    pick: ({ metadata: _, ...rest }) => rest,
  },
  { name: "one by field", path: MAPS, query: { fieldSelector: "metadata.name=one" }, pick: chunk },
  (earlier) => ({
    name: "events since a version",
    path: MAPS,
    query: {
      watch: "true",
      resourceVersion: versionOf(earlier("the rest, as it is now")),
      timeoutSeconds: "1",
      labelSelector: "list=yes",
    },
    events: 0,
  }),
  {
    name: "change one",
    method: "PATCH",
    path: `${MAPS}/l1`,
    query: { fieldManager: "writer" },
    contentType: "application/merge-patch+json",
    body: { data: { x: "1" } },
    pick: () => null,
  },
  {
    name: "hide one",
    method: "PATCH",
    path: `${MAPS}/l2`,
    query: { fieldManager: "writer" },
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: { list: "no" } } },
    pick: () => null,
  },
  { name: "delete one", method: "DELETE", path: `${MAPS}/l3` },
  {
    name: "make one",
    method: "POST",
    path: MAPS,
    query: { fieldManager: "writer" },
    body: map("l6", {}, { labels: { list: "yes" } }),
    pick: () => null,
  },
  (earlier) => ({
    name: "what happened since",
    path: MAPS,
    query: {
      watch: "true",
      resourceVersion: versionOf(earlier("the rest, as it is now")),
      timeoutSeconds: "20",
      labelSelector: "list=yes",
    },
    events: 4,
  }),
  {
    name: "a version that is too old",
    path: MAPS,
    query: { watch: "true", resourceVersion: "1", timeoutSeconds: "20" },
    events: 1,
  },
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

function chunk({ kind, apiVersion, metadata, items }: JsonObject): Json {
  const { continue: next, remainingItemCount } = metadata as JsonObject;
  const names = (items as JsonObject[]).map((item) => (item.metadata as JsonObject).name ?? null);
  return {
    kind,
    apiVersion,
    names,
    hasMore: next !== undefined && next !== "",
    remaining: remainingItemCount ?? null,
  } as JsonObject;
}

function continueOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject).continue);
}

function versionOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject).resourceVersion);
}
