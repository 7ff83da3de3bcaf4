import type { Framework } from "./framework.ts";

/** Regulation (EU) 2016/679 (GDPR). */
export const GDPR: Framework = {
  id: "gdpr",
  title: "GDPR · Regulation (EU) 2016/679",
  controls: [
    { id: "Art-5.1.e", checks: ["erasure-on-time"] },
    { id: "Art-5.1.f", checks: ["isolation-verified", "row-security-forced", "log-intact"] },
    { id: "Art-5.2", checks: ["log-sealed", "log-intact", "log-witnessed"] },
    { id: "Art-17", checks: ["erasure-on-time", "payloads-encrypted"] },
    { id: "Art-25", checks: ["isolation-verified", "row-security-forced"] },
    { id: "Art-28", checks: ["isolation-verified", "residency-kept"] },
    { id: "Art-32.1.a", checks: ["payloads-encrypted", "rotation-on-time", "old-values-dead"] },
    {
      id: "Art-32.1.b",
      checks: ["isolation-verified", "elevation-time-boxed", "neighbours-quiet"],
    },
    { id: "Art-32.1.c", checks: ["regions-ready"] },
    { id: "Art-32.1.d", checks: ["log-intact", "drift-age", "access-reviews-on-time"] },
    { id: "Art-32.4", checks: ["access-removed", "no-self-approval", "elevation-step-up"] },
    { id: "Art-33", checks: ["alerts-delivered", "leaks-contained"] },
    { id: "Art-44", checks: ["residency-kept"] },
  ],
};
