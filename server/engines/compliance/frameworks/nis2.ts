import type { Framework } from "./framework.ts";

/** Directive (EU) 2022/2555 (NIS2). */
export const NIS2: Framework = {
  id: "nis2",
  title: "NIS2 · Directive (EU) 2022/2555",
  controls: [
    { id: "Art-20", checks: ["approvals-quorum", "access-reviews-on-time"] },
    { id: "Art-21.2.a", checks: ["drift-age", "isolation-verified"] },
    { id: "Art-21.2.b", checks: ["alerts-answered", "leaks-contained", "break-glass-reviewed"] },
    { id: "Art-21.2.c", checks: ["regions-ready"] },
    { id: "Art-21.2.d", checks: ["images-verified", "images-recorded"] },
    { id: "Art-21.2.e", checks: ["deployments-approved", "hardening-kept", "policies-kept"] },
    { id: "Art-21.2.f", checks: ["log-intact", "access-reviews-on-time"] },
    { id: "Art-21.2.h", checks: ["payloads-encrypted", "rotation-on-time", "old-values-dead"] },
    { id: "Art-21.2.i", checks: ["elevation-time-boxed", "access-removed", "credentials-managed"] },
    { id: "Art-21.2.j", checks: ["elevation-step-up", "keys-not-copied"] },
    { id: "Art-23", checks: ["log-delivered", "alerts-delivered", "log-sealed"] },
  ],
};
