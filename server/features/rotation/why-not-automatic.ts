import type { Rotator } from "./schema.ts";

/** Why the console starts no rotation of it, and what to do instead; null when it does. */
export function whyNotAutomatic(rotator: Rotator): { why: string; remedy: string } | null {
  switch (rotator.kind) {
    case "none":
      return {
        why: `The console can't rotate this credential: ${rotator.missing}`,
        remedy: "Rotate it where it is managed, or connect what is missing.",
      };
    case "manual":
      return {
        why: "This credential is changed by hand.",
        remedy: "Follow its instructions, then report that it was done.",
      };
    case "cert-manager":
      return {
        why: "cert-manager renews this certificate.",
        remedy: "Ask for its renewal instead.",
      };
    case "certificate-file":
      return {
        why: "The console only reads this certificate's file.",
        remedy: "Renew it where it is issued; its new dates are read by themselves.",
      };
    case "spiffe-svid":
      return {
        why: "The workload's platform renews this identity every few minutes; it can't be configured or forced.",
        remedy: "To take an identity away at once, remove its registration from the platform.",
      };
    case "realm-passwords":
      return {
        why: "Users change their passwords themselves, as their realm demands.",
        remedy: "Change the realm's policy at its identity provider.",
      };
    default:
      return null;
  }
}
