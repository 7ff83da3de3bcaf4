import "server-only";
import type { z } from "zod";
import { diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import type {
  ClaimedRemediation,
  RecordVerdictInput,
  ResolveInput,
} from "#server/features/remediation/schema.ts";
import { lookAtObject, type ObjectLook } from "./look-at-object.ts";
import { AwayError, type RemediationPlaces } from "./remediation-places.ts";

type Truth = z.input<typeof ResolveInput>["truth"];
type Verdict = Pick<z.input<typeof RecordVerdictInput>, "object" | "trouble">;

/** What the cluster holds after an act of which nobody knows what became. */
export async function askCluster(
  places: RemediationPlaces,
  claim: ClaimedRemediation,
): Promise<Truth> {
  try {
    const look = await lookAtObject(places, claim.cluster, claim.object);
    const { liveDigest: now } = look.seen;
    if (now === claim.seen.liveDigest) return { is: "as-before" };
    const isOurs = now === claim.afterDigest && claim.resumeState === "rolling_back";
    if (isOurs || (claim.resumeState === "applying" && isAsApproved(claim, look))) {
      return { is: "as-applied", afterDigest: now };
    }
    const trouble = "The object is neither as it was before nor as it was approved to be.";
    return { is: "changed-by-others", trouble };
  } catch (error) {
    if (error instanceof AwayError) return { is: "away", trouble: error.message };
    throw error;
  }
}

/** Whether the object is as it was approved to be, as read again. */
export async function readAgain(
  places: RemediationPlaces,
  claim: ClaimedRemediation,
): Promise<Verdict> {
  try {
    const look = await lookAtObject(places, claim.cluster, claim.object);
    const isAsLeft = look.seen.liveDigest === claim.afterDigest;
    if (isAsLeft || isAsApproved(claim, look)) return { object: "as-desired", trouble: "" };
    return { object: "differs", trouble: "The object is no longer as it was applied." };
  } catch (error) {
    if (error instanceof AwayError) return { object: "away", trouble: error.message };
    throw error;
  }
}

function isAsApproved(claim: ClaimedRemediation, { desired, live, seen }: ObjectLook): boolean {
  if (claim.action === "delete") return live === null;
  if (!live || !desired || seen.desiredDigest !== claim.seen.desiredDigest) return false;
  const json = (value: unknown) => value as JsonObject;
  return diffObjects({ desired: json(desired), live: json(live) }).status === "in-sync";
}
