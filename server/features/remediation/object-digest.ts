import { createHash } from "node:crypto";
import { type DriftObject, objectKey } from "#server/engines/drift/finding.ts";

/** SHA-256 of an object's key: the same for every version of its API. */
export function objectDigest(object: DriftObject): Buffer {
  return createHash("sha256").update(objectKey(object)).digest();
}
