import type { Framework } from "./framework.ts";

/** ISO/IEC 27001:2022, Annex A. */
export const ISO27001: Framework = {
  id: "iso27001",
  title: "ISO/IEC 27001:2022 · Annex A",
  controls: [
    { id: "A.5.3", checks: ["no-self-approval", "approvals-quorum"] },
    { id: "A.5.15", checks: ["isolation-verified", "row-security-forced", "production-guarded"] },
    {
      id: "A.5.17",
      checks: ["rotation-on-time", "credentials-managed", "old-values-dead", "leaks-contained"],
    },
    { id: "A.5.18", checks: ["access-reviews-on-time", "access-removed", "elevation-withdrawn"] },
    { id: "A.5.23", checks: ["isolation-verified", "residency-kept", "neighbours-quiet"] },
    { id: "A.5.26", checks: ["alerts-answered", "leaks-contained", "break-glass-reviewed"] },
    { id: "A.5.28", checks: ["log-intact", "log-sealed", "log-witnessed"] },
    { id: "A.5.30", checks: ["regions-ready"] },
    { id: "A.5.33", checks: ["log-intact", "log-witnessed"] },
    { id: "A.8.2", checks: ["elevation-time-boxed", "elevation-step-up", "break-glass-reviewed"] },
    { id: "A.8.5", checks: ["elevation-step-up", "tokens-bound", "keys-not-copied"] },
    { id: "A.8.6", checks: ["neighbours-quiet"] },
    { id: "A.8.9", checks: ["drift-age", "hardening-kept"] },
    { id: "A.8.10", checks: ["erasure-on-time"] },
    { id: "A.8.14", checks: ["regions-ready"] },
    { id: "A.8.15", checks: ["log-sealed", "log-intact"] },
    { id: "A.8.16", checks: ["log-delivered", "alerts-answered", "alerts-delivered", "drift-age"] },
    { id: "A.8.19", checks: ["images-verified", "images-recorded"] },
    { id: "A.8.22", checks: ["isolation-verified", "policies-kept"] },
    { id: "A.8.24", checks: ["payloads-encrypted", "rotation-on-time", "old-values-dead"] },
    { id: "A.8.31", checks: ["production-guarded", "isolation-verified"] },
    { id: "A.8.32", checks: ["approvals-quorum", "deployments-approved"] },
  ],
};
