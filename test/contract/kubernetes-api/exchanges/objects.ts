import type { JsonObject } from "#server/engines/differ/json.ts";
import { type Exchange, MAPS, map, NS, resourcesNamed } from "./exchange.ts";

/** Discovery, rights, and single objects: made, replaced, patched. */
export const OBJECTS: readonly Exchange[] = [
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
];
