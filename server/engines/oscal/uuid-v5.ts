import { createHash } from "node:crypto";

/** The namespace of everything that the console's OSCAL documents name. Never changed. */
const NAMESPACE = Buffer.from("6f3c1f0c9d0a4c0e8a5b2d7e4c1b9a60", "hex");

/** A name's UUID, version 5 (RFC 9562 §5.5): the same name gives the same one, anywhere. */
export function uuidV5(...name: readonly string[]): string {
  const bytes = createHash("sha1")
    .update(NAMESPACE)
    .update(JSON.stringify(name))
    .digest()
    .subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
