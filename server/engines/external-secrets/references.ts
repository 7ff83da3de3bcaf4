import type { Manifest } from "../kubernetes/read-manifests.ts";
import { type LabelSelector, matchesSelector } from "../reachability/label-selector.ts";
import { type Provider, providerOf, remotePlace } from "./providers.ts";

/** One secret that an object of External Secrets names, where it could be told. */
export interface SecretReference {
  namespace: string;
  /** `ExternalSecret shop-prod/orders-db` */
  object: string;
  store: "openbao" | "azure-key-vault";
  /** As bindings name it: without the KV mount, or `<vault>/secrets/<name>`. */
  path: string;
  /** Who gets it there, and how it stands: `Secret orders-db, SecretSynced at 2026-…`. */
  detail: string;
}

export interface ReadReferences {
  references: SecretReference[];
  /** Names that lead nowhere we know: a store that isn't there, a search by pattern. */
  unresolved: { object: string; why: string }[];
}

const GROUP = "external-secrets.io";
const VERSIONS = ["v1", "v1beta1"];

/**
 * What `ExternalSecret` and `ClusterExternalSecret` objects (external-secrets.io v1 and v1beta1) refer
 * to. Only names are read. Source: https://external-secrets.io/latest/api/spec/
 */
export function externalSecretReferences(
  objects: readonly Manifest[],
  { kvMount }: { kvMount: string },
): ReadReferences {
  const ours = objects.filter(({ apiVersion }) => isOurs(apiVersion));
  const providers = new Map<string, Provider>();
  for (const object of ours) {
    if (object.kind !== "SecretStore" && object.kind !== "ClusterSecretStore") continue;
    const at = object.kind === "SecretStore" ? (object.metadata.namespace ?? "") : "";
    providers.set(`${object.kind} ${at}/${object.metadata.name}`, providerOf(object));
  }
  const found: ReadReferences = { references: [], unresolved: [] };
  for (const object of ours) {
    if (object.kind === "ExternalSecret") {
      const namespace = object.metadata.namespace ?? "";
      read(object, `ExternalSecret ${namespace}/${object.metadata.name}`, [namespace], object.spec);
    } else if (object.kind === "ClusterExternalSecret") {
      const name = `ClusterExternalSecret ${object.metadata.name}`;
      const spec = record(object.spec);
      read(object, name, namespacesOf(object, objects), spec.externalSecretSpec);
    }
  }
  return found;

  function read(object: Manifest, name: string, namespaces: string[], given: unknown): void {
    const spec = record(given);
    const detail = standing(object, spec);
    for (const { key, storeRef, why } of keysOf(spec)) {
      if (why) found.unresolved.push({ object: name, why });
      if (!key) continue;
      for (const namespace of namespaces) {
        const ref = record(storeRef);
        const isCluster = ref.kind === "ClusterSecretStore";
        const storeKey = `${isCluster ? "ClusterSecretStore" : "SecretStore"} ${isCluster ? "" : namespace}/${String(ref.name)}`;
        const provider = providers.get(storeKey);
        const place = provider ? remotePlace(provider, key, kvMount) : null;
        if (place) found.references.push({ namespace, object: name, detail, ...place });
        else
          found.unresolved.push({
            object: name,
            why: `${storeKey.replace(" /", " ")} is not known, or not a store of ours`,
          });
      }
    }
  }
}

function isOurs(apiVersion: unknown): boolean {
  const [group, version = ""] = String(apiVersion).split("/");
  return group === GROUP && VERSIONS.includes(version);
}

interface RemoteKey {
  key?: string;
  storeRef?: unknown;
  why?: string;
}

function keysOf(spec: Record<string, unknown>): RemoteKey[] {
  const standard = spec.secretStoreRef;
  const data = list(spec.data).map((each): RemoteKey => {
    const { remoteRef, sourceRef } = record(each);
    const { key } = record(remoteRef);
    return typeof key === "string" && key !== ""
      ? { key, storeRef: record(sourceRef).storeRef ?? standard }
      : { why: "an entry of data without remoteRef.key" };
  });
  const dataFrom = list(spec.dataFrom).map((each): RemoteKey => {
    const { extract, find, sourceRef } = record(each);
    const source = record(sourceRef);
    if (source.generatorRef) return { why: "dataFrom a generator" };
    if (find) return { why: "dataFrom.find: searches by pattern" };
    const { key } = record(extract);
    return typeof key === "string" && key !== ""
      ? { key, storeRef: source.storeRef ?? standard }
      : { why: "an entry of dataFrom without extract.key" };
  });
  const seen = new Set<string>();
  return [...data, ...dataFrom].filter((each) => {
    if (!each.key) return true;
    const one = `${each.key} ${JSON.stringify(each.storeRef)}`;
    return !seen.has(one) && seen.add(one);
  });
}

/** Namespaces that a ClusterExternalSecret makes its ExternalSecret in. */
function namespacesOf(object: Manifest, objects: readonly Manifest[]): string[] {
  const spec = record(object.spec);
  const selectors = [spec.namespaceSelector, ...list(spec.namespaceSelectors)].filter(Boolean);
  const named = [...list(spec.namespaces), ...list(record(object.status).provisionedNamespaces)];
  const selected = objects
    .filter(({ kind, apiVersion }) => kind === "Namespace" && apiVersion === "v1")
    .filter(({ metadata }) =>
      selectors.some((selector) =>
        matchesSelector(selectorOf(selector), {
          "kubernetes.io/metadata.name": metadata.name,
          ...metadata.labels,
        }),
      ),
    )
    .map(({ metadata }) => metadata.name);
  const all = [...named.filter((each) => typeof each === "string"), ...selected];
  return [...new Set(all)].sort();
}

function selectorOf(value: unknown): LabelSelector {
  const { matchLabels, matchExpressions } = record(value);
  return {
    matchLabels: record(matchLabels) as Record<string, string>,
    matchExpressions: list(matchExpressions).map((each) => {
      const { key, operator, values } = record(each);
      // An operator that Kubernetes doesn't know selects nothing here.
      const known = OPERATORS.find((one) => one === operator) ?? "In";
      return { key: String(key), operator: known, values: list(values).map(String) };
    }),
  };
}

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/** How it stands, in External Secrets' own words. */
function standing(object: Manifest, spec: Record<string, unknown>): string {
  const target = record(spec.target).name;
  const name = typeof target === "string" ? target : object.metadata.name;
  const status = record(object.status);
  const ready = list(status.conditions)
    .map(record)
    .find(({ type }) => type === "Ready");
  const reason = typeof ready?.reason === "string" ? ready.reason : null;
  const at = typeof status.refreshTime === "string" ? ` at ${status.refreshTime}` : "";
  return `Secret ${name}${reason ? `, ${reason}${at}` : ""}`.slice(0, 300);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
