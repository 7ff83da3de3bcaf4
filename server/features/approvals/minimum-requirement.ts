import type { ApprovalKind, Requirement } from "./schema.ts";

/** What each kind of request takes at the least. The requester may ask for more, never for less. */
export const MINIMUM_REQUIREMENT: Record<ApprovalKind, Requirement> = {
  rotation: [{ role: "security-officer", count: 1 }],
  deployment: [{ role: "sovereign-admin", count: 1 }],
  elevation: [{ role: "security-officer", count: 1 }],
  "dr-promotion": [
    { role: "sovereign-admin", count: 1 },
    { role: "security-officer", count: 1 },
  ],
  remediation: [{ role: "security-officer", count: 1 }],
  "break-glass": [{ role: "sovereign-admin", count: 1 }],
  onboarding: [{ role: "sovereign-admin", count: 1 }],
  offboarding: [{ role: "sovereign-admin", count: 1 }],
  retention: [{ role: "security-officer", count: 1 }],
};
