import type { ApiConnection } from "./api-connection.ts";
import { KubernetesError } from "./kubernetes-call.ts";

/** A kind of objects that the cluster lists. */
export interface ListableKind {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** As in paths: `networkpolicies`. */
  resource: string;
  kind: string;
  canWatch: boolean;
}

export interface DiscoveredKinds {
  kinds: readonly ListableKind[];
  /** Groups that the cluster names and can't tell about, as `group/version`. */
  silent: readonly { group: string; reason: string }[];
}

interface ApiResource {
  name: string;
  kind: string;
  verbs?: readonly string[];
}

interface GroupVersion {
  group: string;
  version: string;
}

/** Written all the time and wanted by nothing: reading them would only make noise (docs/clusters.md). */
const LEFT_OUT = new Set([
  "events",
  "events.events.k8s.io",
  "leases.coordination.k8s.io",
  "componentstatuses",
]);
const AT_ONCE = 8;

/** `Kind`, or `group/Kind` outside of the core group. */
export function kindName({ group, kind }: Pick<ListableKind, "group" | "kind">): string {
  return group === "" ? kind : `${group}/${kind}`;
}

export function pathOf({ group, version, resource }: ListableKind): string {
  return `${group === "" ? "/api" : `/apis/${group}`}/${version}/${resource}`;
}

/**
 * Every kind that can be listed, custom ones included, each in its group's preferred version or the
 * first that has it. An aggregated API that is away is silent and stops nothing else.
 */
export async function discoverKinds(api: ApiConnection): Promise<DiscoveredKinds> {
  const versions = await groupVersions(api);
  const kinds = new Map<string, ListableKind>();
  const silent: { group: string; reason: string }[] = [];
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    const asked = versions.slice(at, at + AT_ONCE);
    const answers = await Promise.all(asked.map((each) => resourcesOf(api, each)));
    for (const [index, answer] of answers.entries()) {
      const from = asked[index] as GroupVersion;
      if (answer instanceof KubernetesError) {
        silent.push({ group: from.group, reason: answer.message });
      } else for (const each of answer) addKind(kinds, from, each);
    }
  }
  return { kinds: [...kinds.values()], silent };
}

function addKind(
  kinds: Map<string, ListableKind>,
  { group, version }: GroupVersion,
  { name, kind, verbs = [] }: ApiResource,
): void {
  const key = group === "" ? name : `${name}.${group}`;
  if (name.includes("/") || !verbs.includes("list") || LEFT_OUT.has(key) || kinds.has(key)) return;
  // Numbers that are made up at each request; nothing of them is declared anywhere.
  if (group.endsWith("metrics.k8s.io")) return;
  kinds.set(key, { group, version, resource: name, kind, canWatch: verbs.includes("watch") });
}

/** The core group first; of each group the preferred version first. */
async function groupVersions(api: ApiConnection): Promise<GroupVersion[]> {
  const core = (await api.request({ operation: "discovery", path: "/api" })) as {
    versions?: string[];
  };
  const named = (await api.request({ operation: "discovery", path: "/apis" })) as {
    groups?: {
      name: string;
      versions: { version: string }[];
      preferredVersion?: { version: string };
    }[];
  };
  const found = (core.versions ?? []).map((version) => ({ group: "", version }));
  for (const { name, versions, preferredVersion } of named.groups ?? []) {
    const all = [...new Set([preferredVersion?.version, ...versions.map((one) => one.version)])];
    for (const version of all) if (version !== undefined) found.push({ group: name, version });
  }
  return found;
}

async function resourcesOf(
  api: ApiConnection,
  { group, version }: GroupVersion,
): Promise<ApiResource[] | KubernetesError> {
  const path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const answer = (await api.request({ operation: "discovery", path })) as {
      resources?: ApiResource[];
    };
    return answer.resources ?? [];
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    // Gone between the two questions.
    if (error.failure === "not_found") return [];
    const { failure, status } = error;
    if (failure === "credentials_refused" || (failure === "unreachable" && status === null)) {
      throw error;
    }
    return error;
  }
}
