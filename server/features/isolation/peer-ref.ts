import "server-only";
import { createHmac } from "node:crypto";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { derivedKey } from "#server/platform/audit/installation-key.ts";

/** One key of the installation for all: both sides must come to the same. */
const EVERYBODY = "";

/**
 * How a row of one tenant refers to another: an HMAC of its name, 16 bytes in hex, under a key outside
 * the database. Who may know the other recomputes it; nobody else can tell whom it means (ADR 27).
 */
export function peerRef(tenant: string): string {
  return mac("isolation-peer", tenant);
}

/** The id that both sides of an edge share. */
export function edgeRef(cluster: string, from: string, to: string): string {
  return mac("isolation-edge", canonicalJson([cluster, from, to]));
}

function mac(purpose: string, text: string): string {
  return createHmac("sha256", derivedKey(EVERYBODY, purpose))
    .update(text)
    .digest("hex")
    .slice(0, 32);
}
