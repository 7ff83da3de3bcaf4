import type { RemediationRow } from "./remediation-rows.ts";
import type { Seen } from "./schema.ts";

/** Whether what is seen now differs from what the remediation was made from. */
export function hasChanged(
  { live_digest, desired_digest }: Pick<RemediationRow, "live_digest" | "desired_digest">,
  { liveDigest, desiredDigest }: Seen,
): boolean {
  return (
    (live_digest?.toString("hex") ?? null) !== liveDigest ||
    (desired_digest?.toString("hex") ?? null) !== desiredDigest
  );
}
