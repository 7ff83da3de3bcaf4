import type { Framework } from "./framework.ts";

/** Regulation (EU) 2022/2554 (DORA), and its standards on ICT risk (Delegated Regulation (EU) 2024/1774, "RTS"). */
export const DORA: Framework = {
  id: "dora",
  title: "DORA · Regulation (EU) 2022/2554",
  controls: [
    { id: "Art-5", checks: ["approvals-quorum", "access-reviews-on-time"] },
    { id: "Art-8", checks: ["credentials-managed", "drift-age", "images-recorded"] },
    { id: "Art-9.2", checks: ["isolation-verified", "row-security-forced", "log-intact"] },
    { id: "Art-9.3", checks: ["policies-kept", "residency-kept"] },
    {
      id: "Art-9.4.c",
      checks: ["elevation-time-boxed", "elevation-withdrawn", "access-reviews-on-time"],
    },
    { id: "Art-9.4.d", checks: ["elevation-step-up", "rotation-on-time", "keys-not-copied"] },
    { id: "Art-9.4.e", checks: ["approvals-quorum", "deployments-approved", "production-guarded"] },
    {
      id: "Art-10",
      checks: ["dead-letters-settled", "alerts-answered", "log-sealed", "drift-age"],
    },
    { id: "Art-11", checks: ["regions-ready", "leaks-contained"] },
    { id: "Art-12", checks: ["regions-ready"] },
    { id: "Art-17", checks: ["alerts-answered", "break-glass-reviewed", "leaks-contained"] },
    { id: "Art-19", checks: ["alerts-delivered"] },
    { id: "Art-28", checks: ["residency-kept", "images-verified"] },
    { id: "RTS-7", checks: ["rotation-on-time", "old-values-dead"] },
    { id: "RTS-12", checks: ["log-delivered", "log-sealed", "log-intact", "log-witnessed"] },
    { id: "RTS-21", checks: ["access-reviews-on-time", "access-removed", "no-self-approval"] },
  ],
};
