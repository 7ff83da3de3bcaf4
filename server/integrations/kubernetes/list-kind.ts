import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { ApiConnection } from "./api-connection.ts";
import { kindName, type ListableKind, pathOf } from "./discover-kinds.ts";
import { KubernetesError } from "./kubernetes-call.ts";

/** "Metadata-only" answers of the API concepts: names, labels, annotations and owners, no contents. */
export const METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const MOST_PAGES = 100_000;

interface ListOptions {
  pageSize: number;
  isMetadataOnly: boolean;
  signal: AbortSignal;
  /** Each object as it came; called page by page. */
  onObject(object: Manifest): void;
  /** What was given is void: the list begins again. */
  onRestart(): void;
}

/**
 * Lists all objects of a kind in chunks; gives the resource version that a watch goes on from. A list
 * that the server can't continue (410) is begun again, and then asked for whole.
 */
export async function listKind(
  api: ApiConnection,
  kind: ListableKind,
  options: ListOptions,
): Promise<string> {
  try {
    return await listPages(api, kind, options, String(options.pageSize));
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.failure !== "expired") throw error;
    options.onRestart();
    return listPages(api, kind, options, undefined);
  }
}

async function listPages(
  api: ApiConnection,
  kind: ListableKind,
  { isMetadataOnly, signal, onObject }: ListOptions,
  limit: string | undefined,
): Promise<string> {
  const operation = `${kindName(kind)} list`;
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = (await api.request({
      operation,
      path: pathOf(kind),
      query: { limit, continue: next },
      ...(isMetadataOnly ? { accept: METADATA_LIST } : {}),
      signal,
    })) as {
      metadata?: { continue?: string; resourceVersion?: string };
      items?: Record<string, unknown>[] | null;
    };
    for (const item of answer.items ?? []) onObject(ofKind(kind, item));
    next = answer.metadata?.continue || undefined;
    if (next === undefined) return answer.metadata?.resourceVersion ?? "";
  }
  throw new KubernetesError("unreachable", operation);
}

/** Items of a list lack their kind, and metadata alone calls itself by another. */
export function ofKind({ group, version, kind }: ListableKind, item: object): Manifest {
  const apiVersion = group === "" ? version : `${group}/${version}`;
  return { ...item, apiVersion, kind } as Manifest;
}
