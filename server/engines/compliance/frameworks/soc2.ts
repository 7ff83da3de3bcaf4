import type { Framework } from "./framework.ts";

/** AICPA Trust Services Criteria, 2017 (points of focus of 2022). */
export const SOC2: Framework = {
  id: "soc2",
  title: "SOC 2 · TSC 2017",
  controls: [
    { id: "CC4.1", checks: ["log-intact", "access-reviews-on-time", "drift-age"] },
    {
      id: "CC6.1",
      checks: [
        "rotation-on-time",
        "credentials-managed",
        "row-security-forced",
        "isolation-verified",
        "tokens-bound",
      ],
    },
    { id: "CC6.2", checks: ["access-reviews-on-time", "access-removed", "elevation-withdrawn"] },
    {
      id: "CC6.3",
      checks: [
        "elevation-time-boxed",
        "elevation-step-up",
        "no-self-approval",
        "access-reviews-on-time",
      ],
    },
    {
      id: "CC6.6",
      checks: ["isolation-verified", "policies-kept", "tokens-bound", "keys-not-copied"],
    },
    { id: "CC6.7", checks: ["residency-kept", "payloads-encrypted", "leaks-contained"] },
    { id: "CC6.8", checks: ["images-verified", "images-recorded", "hardening-kept"] },
    { id: "CC7.1", checks: ["drift-age", "hardening-kept", "policies-kept"] },
    { id: "CC7.2", checks: ["log-sealed", "log-witnessed", "log-delivered", "alerts-answered"] },
    { id: "CC7.3", checks: ["alerts-answered", "break-glass-reviewed", "leaks-contained"] },
    { id: "CC7.4", checks: ["leaks-contained", "old-values-dead", "alerts-delivered"] },
    {
      id: "CC8.1",
      checks: ["approvals-quorum", "deployments-approved", "production-guarded", "drift-age"],
    },
    { id: "A1.2", checks: ["regions-ready", "neighbours-quiet"] },
    { id: "C1.1", checks: ["isolation-verified", "residency-kept", "credentials-managed"] },
    { id: "C1.2", checks: ["old-values-dead", "erasure-on-time"] },
  ],
};
