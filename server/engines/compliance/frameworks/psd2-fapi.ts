import type { Framework } from "./framework.ts";

/**
 * Directive (EU) 2015/2366 (PSD2), its standards on authentication (Delegated Regulation (EU) 2018/389,
 * "RTS"), and the FAPI 2.0 Security Profile of the OpenID Foundation.
 */
export const PSD2_FAPI: Framework = {
  id: "psd2-fapi",
  title: "PSD2 · RTS 2018/389 · FAPI 2.0",
  controls: [
    { id: "PSD2-95", checks: ["drift-age", "alerts-answered", "access-reviews-on-time"] },
    { id: "PSD2-96", checks: ["alerts-delivered", "leaks-contained"] },
    { id: "RTS-3", checks: ["log-intact", "log-witnessed"] },
    { id: "RTS-4", checks: ["elevation-step-up", "keys-not-copied"] },
    { id: "RTS-22", checks: ["credentials-managed", "isolation-verified", "leaks-contained"] },
    { id: "RTS-26", checks: ["rotation-on-time"] },
    { id: "RTS-27", checks: ["old-values-dead", "access-removed"] },
    { id: "RTS-29", checks: ["log-delivered", "log-sealed", "log-intact"] },
    { id: "RTS-35", checks: ["rotation-on-time", "tokens-bound"] },
    { id: "FAPI2-5.3.4", checks: ["tokens-bound"] },
    { id: "FAPI2-5.4", checks: ["rotation-on-time", "old-values-dead"] },
  ],
};
