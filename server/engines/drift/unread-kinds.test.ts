import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { compareCluster } from "./compare-cluster.ts";

const object = (apiVersion: string, kind: string, name: string, more = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop" },
  ...more,
});

test("what is of an unread kind is neither missing nor different, but unknown", () => {
  const desired = [
    object("v1", "Secret", "token", { data: { password: null } }),
    object("metrics.example/v1", "Sample", "one"),
    object("v1", "ConfigMap", "settings"),
  ];
  const compared = (unread: { kind: string; reason: string }[]) => {
    // Only the Secret's name is read: without its contents.
    const manifests = [object("v1", "Secret", "token")];
    const tenancy = clusterTenancy({ name: "c", manifests, isComplete: true });
    const { parts } = compareCluster({ tenancy, desired, isDesiredComplete: true, unread });
    const part = parts.get("");
    return {
      unread: part?.unread.map(({ want }) => want.metadata.name),
      missing: part?.missing.map(({ metadata }) => metadata.name),
      different: part?.compared.map(({ want }) => want.metadata.name),
    };
  };
  expect(
    compared([
      { kind: "Secret", reason: "only names are read" },
      { kind: "metrics.example/*", reason: "away" },
    ]),
  ).toEqual({ unread: ["token", "one"], missing: ["settings"], different: [] });
  expect(compared([])).toEqual({ unread: [], missing: ["one", "settings"], different: ["token"] });
});
