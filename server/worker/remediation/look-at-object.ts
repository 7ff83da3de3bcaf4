import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { normalize } from "#server/engines/differ/normalize.ts";
import { objectOf } from "#server/engines/drift/drift-objects.ts";
import { type DriftObject, objectKey } from "#server/engines/drift/finding.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { Seen } from "#server/features/remediation/schema.ts";
import { DesiredSourceError } from "#server/integrations/desired/desired-source.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { applyBody } from "#server/integrations/kubernetes/server-side-apply.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { AwayError, type RemediationPlaces } from "./remediation-places.ts";

/** One object as it is asked for and as it is, at one moment. */
export interface ObjectLook {
  /** As it would be applied; null when no source asks for it. */
  desired: Manifest | null;
  source: string;
  revision: string | null;
  live: Manifest | null;
  canApply: boolean;
  seen: Seen;
}

/** Reads both sides anew. Throws AwayError while one of them can't be read whole. */
export async function lookAtObject(
  places: RemediationPlaces,
  cluster: string,
  object: DriftObject,
): Promise<ObjectLook> {
  const asked = await readDesired(places, cluster, object);
  const at = asked.desired ? { ...object, apiVersion: asked.desired.apiVersion } : object;
  const { live, canApply } = await readLive(places, cluster, at);
  return {
    ...asked,
    live,
    canApply,
    seen: {
      liveDigest: live && liveDigest(live),
      desiredDigest: asked.desired && sha256(asked.desired),
    },
  };
}

/** SHA-256 in hex of what an object says: status, book-keeping and who wrote it change nothing. */
export function liveDigest(live: Manifest): string {
  return sha256(normalize(live as unknown as JsonObject));
}

export function sha256(value: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(value as JsonValue))
    .digest("hex");
}

async function readDesired(
  { desired: sourcesOf }: RemediationPlaces,
  cluster: string,
  object: DriftObject,
) {
  const key = objectKey(object);
  let found: { desired: Manifest; source: string; revision: string | null } | null = null;
  let problems = 0;
  const sources = sourcesOf(cluster);
  if (sources.length === 0) throw new AwayError(`nobody says what ${cluster} should be`);
  for (const source of sources) {
    try {
      const contents = await source.read();
      problems += contents.problems.length;
      // The last one that asks for an object is heard, as when drift is looked for.
      const manifest = contents.manifests.findLast((each) => objectKey(objectOf(each)) === key);
      if (!manifest) continue;
      const { namespace } = object;
      const placed =
        namespace === null
          ? manifest
          : { ...manifest, metadata: { ...manifest.metadata, namespace } };
      found = {
        desired: applyBody(placed),
        source: source.name.slice(0, 300),
        revision: contents.revision,
      };
    } catch (error) {
      if (!(error instanceof DesiredSourceError)) throw error;
      throw new AwayError(`${source.name}: ${error.message}`);
    }
  }
  if (found) return found;
  // In what can't be read it may still be asked for.
  if (problems > 0) throw new AwayError("what is desired could not be read whole");
  return {
    desired: null,
    source: sources
      .map(({ name }) => name)
      .join(", ")
      .slice(0, 300),
    revision: null,
  };
}

async function readLive(
  { clusters, writer }: RemediationPlaces,
  cluster: string,
  object: DriftObject,
) {
  const source = clusters.find(({ name }) => name === cluster);
  if (!source) throw new AwayError(`${cluster} is no longer configured`);
  const api = source.canApply ? writer(cluster) : null;
  try {
    if (api) return { live: await api.read(object), canApply: true };
    const { manifests, problems } = await source.read();
    const key = objectKey(object);
    const live = manifests.find((each) => objectKey(objectOf(each)) === key) ?? null;
    if (!live && problems.length > 0) throw new AwayError("the cluster could not be read whole");
    return { live, canApply: false };
  } catch (error) {
    const isAway = error instanceof KubernetesError || error instanceof SnapshotError;
    if (isAway) throw new AwayError(error.message);
    throw error;
  }
}
