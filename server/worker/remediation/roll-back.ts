import "server-only";
import type { z } from "zod";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type {
  ClaimedRemediation,
  RecordRollBackInput,
} from "#server/features/remediation/schema.ts";
import {
  addressOf,
  type ServerSideApply,
} from "#server/integrations/kubernetes/server-side-apply.ts";
import { type Door, troubleOf } from "./act.ts";
import { liveDigest } from "./look-at-object.ts";

type Result = z.input<typeof RecordRollBackInput>["result"];

/** Applies the fields of before under the same manager, unless somebody else has changed the object since. */
export async function rollBack(
  writer: ServerSideApply,
  door: Door,
  { previous, object, action, afterDigest, seen }: ClaimedRemediation,
): Promise<Result> {
  try {
    const live = await writer.read(object);
    const now = live && liveDigest(live);
    if (now === seen.liveDigest) return { how: "restored" };
    if (now !== afterDigest) {
      return { how: "changed-meanwhile", trouble: "Somebody else has changed the object since." };
    }
    const resourceVersion = live ? String(live.metadata.resourceVersion) : null;
    if (action === "create" && live) {
      const made = { uid: String(live.metadata.uid), resourceVersion: String(resourceVersion) };
      await door("roll-back", () => writer.delete(addressOf(live), made));
      return { how: "restored" };
    }
    if (previous === null) return { how: "refused", trouble: "There is nothing to go back to." };
    const before = previous as unknown as Manifest;
    const options = { resourceVersion, force: true };
    const after = await door("roll-back", () => writer.apply(before, options));
    if (liveDigest(after) === seen.liveDigest) return { how: "restored" };
    return {
      how: "refused",
      trouble: "The fields of before were applied, and the object is not as it was.",
    };
  } catch (error) {
    const failed = troubleOf(error);
    return failed.how === "untouched" ? { ...failed, how: "unknown" } : failed;
  }
}
