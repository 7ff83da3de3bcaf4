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

export const NS = "/api/v1/namespaces/contract";
export const MAPS = `${NS}/configmaps`;
export const DEPLOYMENTS = "/apis/apps/v1/namespaces/contract/deployments";
export const APPLY = "application/apply-patch+yaml";
export const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

export const map = (
  name: string,
  data: Record<string, string>,
  metadata: JsonObject = {},
): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

export const deployment = (container: JsonObject, more: JsonObject = {}): JsonObject => ({
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

export const applied = (
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

export const resourcesNamed =
  (...names: string[]) =>
  (body: JsonObject): Json =>
    (body.resources as JsonObject[])
      .filter(({ name }) => names.includes(String(name)))
      .map(({ name, namespaced, kind, verbs, singularName }) => {
        const own = (verbs as string[]).filter((verb) => verb !== "deletecollection").sort();
        return { name, namespaced, kind, singularName, verbs: own } as JsonObject;
      })
      .sort((a, b) => (String(a.name) < String(b.name) ? -1 : 1));

export const metadataOf = ({ metadata }: JsonObject): Json => metadata ?? null;

export function chunk({ kind, apiVersion, metadata, items }: JsonObject): Json {
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

export function continueOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject).continue);
}

export function versionOf({ metadata }: JsonObject): string {
  return String((metadata as JsonObject).resourceVersion);
}
