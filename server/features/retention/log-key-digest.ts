import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";

/** What a second factor is given for when a new key of the log is asked for. */
export const LOG_KEY_ACT = "retention.rotateLogKey";
/** How old that factor may be. */
export const LOG_KEY_PROOF_SECONDS = 300;

/** SHA-256 of the RFC 8785 JSON of what is asked for, in hexadecimal: other words or days are another request. */
export function logKeyDigest(
  tenant: string,
  asked: { overlapDays: number; compromised: boolean; reason: string },
): string {
  const { overlapDays, compromised, reason } = asked;
  const text = canonicalJson({ act: LOG_KEY_ACT, tenant, overlapDays, compromised, reason });
  return createHash("sha256").update(text).digest("hex");
}
