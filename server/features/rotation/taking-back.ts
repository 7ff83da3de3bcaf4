import type { Said } from "#server/platform/errors/said.ts";
import type { Rotator } from "./schema.ts";

/** Kinds whose rotator gives consumers the old value again, within the grace. */
const CAN: ReadonlySet<Rotator["kind"]> = new Set([
  "postgres-dual-user",
  "kv-generated",
  "azure-secret",
  "two-key-cloud",
  "openbao-pki-root",
  "openbao-pki-intermediate",
]);

/** Kinds for which there is no such thing, and why. */
const NEVER: Partial<Record<string, string>> = {
  "openbao-transit":
    "A transit key can't be un-rotated: what the new version has made would be lost. Both versions read what they made, until the old one is retired.",
  "azure-key":
    "A key of Key Vault can't be un-rotated: what the new version has made would be lost. Both versions work until the old one is disabled.",
  "keycloak-client-secret":
    "Keycloak can't make the old secret the current one again; it ends with the grace.",
  "openbao-dynamic":
    "The old login ends with its lease. Rotate again to give the workload another one.",
  "openbao-static-role":
    "OpenBao makes and keeps the value of a static role itself; the old one is gone as soon as there is a new one.",
};
const UNKNOWN = "The console can't take this kind of credential back. Rotate it again instead.";

/** Why a promoted rotation of this kind can't be taken back within its grace; null when it can. */
export function whyNotTakenBack(kind: Rotator["kind"]): string | null {
  return CAN.has(kind) ? null : (NEVER[kind] ?? UNKNOWN);
}

/** The same in other languages. */
export function notTakenBackSaid(kind: Rotator["kind"]): Said {
  return { key: `notTakenBack.${NEVER[kind] ? kind : "other"}` };
}
