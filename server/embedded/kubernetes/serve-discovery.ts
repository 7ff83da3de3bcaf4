import type { JsonObject } from "#server/engines/differ/json.ts";
import { groupVersionOf, type ResourceType } from "./resource-type.ts";

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];

/** What the server says of itself below `/api` and `/apis`; null where it says nothing. */
export function serveDiscovery(path: string, types: readonly ResourceType[]): JsonObject | null {
  if (path === "/version") return { major: "1", minor: "36", gitVersion: "v1.36.3-development" };
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
  if (path === "/apis") {
    const groups = [...new Set(types.map(({ group }) => group))].filter((group) => group !== "");
    return {
      kind: "APIGroupList",
      apiVersion: "v1",
      groups: groups.map((group) => groupOf(group, types)),
    };
  }
  const [, base, group, version, ...more] = path.split("/");
  if (base === "api" && group === "v1" && version === undefined) return resources("", "v1", types);
  if (base !== "apis" || group === undefined || more.length > 0) return null;
  const own = types.filter((type) => type.group === group);
  if (own.length === 0) return null;
  if (version === undefined)
    return { kind: "APIGroup", apiVersion: "v1", ...groupOf(group, types) };
  if (!own.some((type) => type.version === version)) return null;
  return resources(group, version, types);
}

function groupOf(group: string, types: readonly ResourceType[]): JsonObject {
  const versions = [
    ...new Set(types.filter((one) => one.group === group).map((one) => one.version)),
  ];
  const told = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: told, preferredVersion: told[0] ?? null };
}

function resources(group: string, version: string, types: readonly ResourceType[]): JsonObject {
  const own = types.filter((type) => type.group === group && type.version === version);
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: groupVersionOf({ group, version }),
    resources: own.flatMap((type) => [
      {
        name: type.resource,
        singularName: type.singular,
        namespaced: type.isNamespaced,
        kind: type.kind,
        verbs: type.resource === "componentstatuses" ? ["get", "list"] : VERBS,
        ...(type.shortNames.length > 0 ? { shortNames: [...type.shortNames] } : {}),
      },
      ...(type.hasStatus
        ? [
            {
              name: `${type.resource}/status`,
              singularName: "",
              namespaced: type.isNamespaced,
              kind: type.kind,
              verbs: ["get", "patch", "update"],
            },
          ]
        : []),
    ]),
  };
}
