import "server-only";
import type { z } from "zod";
import type { JsonObject } from "#server/engines/differ/json.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { previousFields } from "#server/engines/remediation/previous-fields.ts";
import type { ClaimedRemediation, RecordApplyInput } from "#server/features/remediation/schema.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import {
  addressOf,
  applyBody,
  type ServerSideApply,
} from "#server/integrations/kubernetes/server-side-apply.ts";
import { type Door, troubleOf } from "./act.ts";
import { liveDigest, type ObjectLook } from "./look-at-object.ts";

type Result = z.input<typeof RecordApplyInput>["result"];

/** What to go back to: the fields that the act touches, or the whole of what it deletes. */
export function previousOf(look: ObjectLook, action: ClaimedRemediation["action"]) {
  if (!look.live) return null;
  const live = applyBody(look.live) as unknown as JsonObject;
  if (action === "delete" || !look.desired) return live;
  return previousFields(look.desired as unknown as JsonObject, live);
}

/** Makes the change that was approved, of exactly the version that was looked at. */
export async function applyApproved(
  writer: ServerSideApply,
  door: Door,
  { action, overrides, uid }: ClaimedRemediation,
  { desired, live }: ObjectLook,
): Promise<Result> {
  const resourceVersion = live ? String(live.metadata.resourceVersion) : null;
  try {
    if (action === "delete") {
      if (!live || String(live.metadata.uid) !== uid) return otherObject();
      const seen = { uid: String(uid), resourceVersion: String(resourceVersion) };
      await door("apply", () => writer.delete(addressOf(live), seen));
      return { how: "applied", afterDigest: null };
    }
    if (!desired) return otherObject();
    const others = await managersInTheWay(writer, desired, resourceVersion);
    if (others.some((each) => !overrides.includes(each))) {
      return {
        how: "changed-meanwhile",
        trouble: "Others own its fields now than those that were named.",
      };
    }
    const force = others.length > 0;
    const after = await door("apply", () => writer.apply(desired, { resourceVersion, force }));
    return { how: "applied", afterDigest: liveDigest(after) };
  } catch (error) {
    return troubleOf(error);
  }
}

/** Force takes over everything that is in the way, so who is in the way is asked right before. */
async function managersInTheWay(
  writer: ServerSideApply,
  desired: Manifest,
  resourceVersion: string | null,
): Promise<readonly string[]> {
  try {
    await writer.apply(desired, { dryRun: true, resourceVersion });
    return [];
  } catch (error) {
    if (error instanceof KubernetesError && error.managers.length > 0) return error.managers;
    // A dry-run reaches nothing, whatever became of it.
    if (error instanceof KubernetesError && error.failure === "unreachable") {
      throw new KubernetesError("credentials_refused", "dry-run before the apply", error.status);
    }
    throw error;
  }
}

function otherObject(): Result {
  return {
    how: "changed-meanwhile",
    trouble: "It is another object than the one that was approved.",
  };
}
