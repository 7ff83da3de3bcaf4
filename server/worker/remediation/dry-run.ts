import "server-only";
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { hasHiddenValue } from "#server/engines/kubernetes/hidden-value.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { appliedChanges, shownChanges } from "#server/engines/remediation/applied-changes.ts";
import { kubectlCommand } from "#server/engines/remediation/kubectl-command.ts";
import {
  planRemediation,
  type RemediationAction,
  type RemediationRefusal,
} from "#server/engines/remediation/plan-remediation.ts";
import type { ClaimedRemediation, RecordDryRunInput } from "#server/features/remediation/schema.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import {
  REMEDIATION_MANAGER,
  type ServerSideApply,
} from "#server/integrations/kubernetes/server-side-apply.ts";
import { SnapshotError } from "#server/integrations/kubernetes/snapshot-error.ts";
import { hideForeign } from "../drift/hide-foreign.ts";
import { lookAtObject, type ObjectLook, sha256 } from "./look-at-object.ts";
import { AwayError, type RemediationPlaces } from "./remediation-places.ts";
import { tellingNames } from "./telling-names.ts";

type Result = z.input<typeof RecordDryRunInput>["result"];
const MOST_CHANGES = 500;

/** Works out what mending would change, without changing anything, and whether the cluster would take it. */
export async function dryRun(
  places: RemediationPlaces,
  claim: ClaimedRemediation,
  tenant: string,
): Promise<Result> {
  const { cluster, object, rule } = claim;
  try {
    const look = await lookAtObject(places, cluster, object);
    const names = await tellingNames(places, cluster);
    const hide: Hide = (value) => hideForeign(value, names, tenant);
    const plan = planRemediation({ rule, object }, look.desired !== null);
    if (plan.kind === "refused") return refused(plan.refusal);
    const { action } = plan;
    if (action === "create" && look.live) return refused("already-mended");
    if (action === "delete" && !look.live) return refused("already-mended");
    if (look.desired && hasHiddenValue(look.desired)) return refused("hidden-value");
    const writer = look.canApply ? places.writer(cluster) : null;
    const tried = writer ? await tryOut(writer, look, action) : "by-hand";
    // An apply of what is gone makes it; a look at drift will call that missing soon.
    const act = look.live ? action : "create";
    if (tried === "by-hand") {
      const after = action === "delete" ? null : look.desired;
      return planned(claim, { ...look, canApply: false }, { act, after, overrides: [] }, hide);
    }
    if ("refusal" in tried) return refused(tried.refusal, tried.trouble);
    return planned(claim, look, { act, ...tried }, hide);
  } catch (error) {
    if (error instanceof AwayError) return { how: "away", trouble: error.message };
    if (error instanceof KubernetesError) return ofCluster(error);
    if (error instanceof SnapshotError) return { how: "away", trouble: error.message };
    throw error;
  }
}

/** Puts something else in the place of another tenant's name (law 3). */
type Hide = <Value>(value: Value) => Value;

interface Tried {
  after: Manifest | null;
  overrides: string[];
}
interface Refused {
  refusal: RemediationRefusal;
  trouble: string;
}

/** Where the cluster does not let the console write, a person does it by hand. */
async function tryOut(
  writer: ServerSideApply,
  look: ObjectLook,
  action: RemediationAction,
): Promise<Tried | Refused | "by-hand"> {
  try {
    return await tryAll(writer, look, action);
  } catch (error) {
    if (error instanceof KubernetesError && error.failure === "permission_denied") return "by-hand";
    throw error;
  }
}

/** All of the act but the writing. First without force: who owns what is in the way is named. */
async function tryAll(
  writer: ServerSideApply,
  { desired, live }: ObjectLook,
  action: RemediationAction,
): Promise<Tried | Refused> {
  if (action === "delete" || !desired) {
    const { uid, resourceVersion, namespace, name } = (live as Manifest).metadata;
    const { apiVersion, kind } = live as Manifest;
    const address = { apiVersion, kind, namespace: namespace ?? null, name };
    const seen = { uid: String(uid), resourceVersion: String(resourceVersion) };
    await writer.delete(address, seen, { dryRun: true });
    return { after: null, overrides: [] };
  }
  const resourceVersion = live ? String(live.metadata.resourceVersion) : null;
  let overrides: string[] = [];
  let after: Manifest;
  try {
    after = await writer.apply(desired, { dryRun: true, resourceVersion });
  } catch (error) {
    if (!(error instanceof KubernetesError) || error.managers.length === 0) throw error;
    overrides = [...error.managers];
    after = await writer.apply(desired, { dryRun: true, resourceVersion, force: true });
  }
  const left = diffObjects({ desired: asJson(desired), live: asJson(after) });
  if (left.status !== "in-sync") {
    const paths = left.differences.map(({ path, kind }) => `${kind} ${path}`).slice(0, 5);
    return {
      refusal: "leftover",
      trouble: [...paths, ...left.uncomparable].join(", ").slice(0, 500),
    };
  }
  return { after, overrides };
}

function planned(
  claim: ClaimedRemediation,
  { desired, live, seen, source, revision, canApply }: ObjectLook,
  { act: action, after, overrides }: Tried & { act: RemediationAction },
  hide: Hide,
): Result {
  const changes = appliedChanges(live && asJson(live), after && asJson(after));
  if (changes.length === 0) return refused("already-mended");
  const { object } = claim;
  const manifest = action === "delete" ? null : desired && asJson(desired);
  return {
    how: "planned",
    canApply,
    plan: {
      ...seen,
      action,
      source,
      revision,
      changes: hide(shownChanges(changes).slice(0, MOST_CHANGES)),
      differenceDigest: sha256(changes),
      overrides,
      uid: live ? String(live.metadata.uid ?? "") : null,
      command: kubectlCommand({
        object,
        manifest,
        isHeldBack: !isDeepStrictEqual(hide(manifest), manifest),
        fieldManager: REMEDIATION_MANAGER,
        force: overrides.length > 0,
        source: revision ? `${source} at ${revision}` : source,
      }),
    },
  };
}

function ofCluster(error: KubernetesError): Result {
  const isRefusal = error.failure === "invalid" || error.failure === "permission_denied";
  if (isRefusal) return refused("dry-run-refused", error.message);
  return { how: "away", trouble: error.message };
}

function refused(refusal: RemediationRefusal, trouble = ""): Result {
  return { how: "refused", refusal, trouble };
}

function asJson(manifest: Manifest): JsonObject {
  return manifest as unknown as JsonObject;
}
