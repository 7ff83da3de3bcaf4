import type { CheckId } from "./judge-checks.ts";

/** Where a mitigation is held: a page of the console, a decision record, or a test that fails without it. */
export interface Holder {
  readonly kind: "page" | "adr" | "test";
  /** A path below the tenant, a file of docs/adr, or a test's path. */
  readonly ref: string;
}

/** One thing that stands in a threat's way. Its words are `threat.<id>.mitigation.<key>`. */
export interface Mitigation {
  readonly key: string;
  readonly heldBy: readonly Holder[];
  /** Whether it holds now; none: only its tests say so. */
  readonly checks: readonly CheckId[];
}

export const THREAT_IDS = [
  "stolen-token",
  "cross-tenant-access",
  "secret-leak",
  "unauthorized-deploy",
  "tampered-image",
  "configuration-drift",
  "privilege-escalation",
  "noisy-neighbour",
  "replay-and-poison",
  "compromised-admin",
  "compromised-vault",
  "region-failure",
] as const;
export type ThreatId = (typeof THREAT_IDS)[number];

const page = (ref: string): Holder => ({ kind: "page", ref });
const adr = (ref: string): Holder => ({ kind: "adr", ref });
const test = (ref: string): Holder => ({ kind: "test", ref });

/** The platform's threats and what stands in their way, in the order of the page. */
export const THREATS: Readonly<Record<ThreatId, readonly Mitigation[]>> = {
  "stolen-token": [
    {
      key: "bound",
      heldBy: [
        adr("0021-callers-prove-that-a-token-is-theirs"),
        test("test/api/sender-constraint.int.test.ts"),
      ],
      checks: ["tokens-bound"],
    },
    {
      key: "factor",
      heldBy: [page("/security-keys"), adr("0023-step-up")],
      checks: ["elevation-step-up", "keys-not-copied"],
    },
    {
      key: "short",
      heldBy: [page("/access"), adr("0022-elevation")],
      checks: ["elevation-time-boxed", "elevation-withdrawn"],
    },
  ],
  "cross-tenant-access": [
    {
      key: "walls",
      heldBy: [adr("0002-signed-tenant-context"), test("test/walls"), test("test/isolation")],
      checks: ["row-security-forced"],
    },
    {
      key: "layers",
      heldBy: [page("/isolation"), adr("0027-isolation-is-judged-from-facts")],
      checks: ["isolation-verified"],
    },
    { key: "routes", heldBy: [page("/drift")], checks: ["policies-kept"] },
  ],
  "secret-leak": [
    { key: "never-shown", heldBy: [test("test/canary/canary.int.test.ts")], checks: [] },
    {
      key: "rotated",
      heldBy: [page("/rotations"), adr("0012-when-rotations-start-and-who-may-take-them")],
      checks: ["rotation-on-time", "credentials-managed"],
    },
    {
      key: "dead",
      heldBy: [page("/incidents"), adr("0013-what-holds-a-revocation-back")],
      checks: ["old-values-dead", "leaks-contained"],
    },
  ],
  "unauthorized-deploy": [
    {
      key: "quorum",
      heldBy: [page("/deployments"), adr("0006-who-fills-a-place-of-a-quorum")],
      checks: ["approvals-quorum", "no-self-approval", "deployments-approved"],
    },
    {
      key: "demands",
      heldBy: [page("/deployments/environments"), adr("0016-deployments")],
      checks: ["production-guarded"],
    },
    {
      key: "admission",
      heldBy: [page("/deployments/admission"), adr("0026-admission")],
      checks: ["images-recorded"],
    },
  ],
  "tampered-image": [
    {
      key: "provenance",
      heldBy: [page("/deployments"), adr("0018-supply-chain")],
      checks: ["images-verified"],
    },
    {
      key: "recorded",
      heldBy: [page("/drift"), adr("0026-admission")],
      checks: ["images-recorded"],
    },
  ],
  "configuration-drift": [
    { key: "found", heldBy: [page("/drift"), adr("0030-drift-findings")], checks: ["drift-age"] },
    {
      key: "mended",
      heldBy: [page("/drift/remediation"), adr("0031-remediation")],
      checks: ["policies-kept", "hardening-kept"],
    },
  ],
  "privilege-escalation": [
    {
      key: "hardened",
      heldBy: [page("/drift"), adr("0030-drift-findings")],
      checks: ["hardening-kept"],
    },
    {
      key: "confined",
      heldBy: [page("/isolation"), adr("0027-isolation-is-judged-from-facts")],
      checks: ["isolation-verified", "policies-kept"],
    },
  ],
  "noisy-neighbour": [
    {
      key: "quotas",
      heldBy: [page("/quotas"), adr("0033-tenants-come-and-go")],
      checks: ["neighbours-quiet"],
    },
    { key: "limits", heldBy: [adr("0020-fewer-round-trips")], checks: [] },
  ],
  "replay-and-poison": [
    {
      key: "proofs-once",
      heldBy: [
        adr("0021-callers-prove-that-a-token-is-theirs"),
        test("test/api/sender-constraint.int.test.ts"),
      ],
      checks: ["tokens-bound"],
    },
    {
      key: "fenced",
      heldBy: [adr("0008-fencing-ends-at-our-door"), test("test/crash")],
      checks: ["log-sealed"],
    },
    {
      key: "set-aside",
      heldBy: [page("/delivery"), page("/received")],
      checks: ["dead-letters-settled", "log-delivered"],
    },
  ],
  "compromised-admin": [
    {
      key: "second-person",
      heldBy: [page("/inbox"), adr("0006-who-fills-a-place-of-a-quorum")],
      checks: ["approvals-quorum", "no-self-approval"],
    },
    {
      key: "seen",
      heldBy: [page("/audit"), test("server/features/audit/integrity/tampering.int.test.ts")],
      checks: ["log-intact", "log-witnessed", "log-sealed", "log-delivered"],
    },
    {
      key: "reviewed",
      heldBy: [page("/access/reviews"), adr("0024-access-reviews-and-break-glass")],
      checks: ["access-reviews-on-time", "access-removed", "break-glass-reviewed"],
    },
  ],
  "compromised-vault": [
    {
      key: "replaced",
      heldBy: [page("/incidents"), adr("0013-what-holds-a-revocation-back")],
      checks: ["leaks-contained", "old-values-dead"],
    },
    {
      key: "short-lived",
      heldBy: [page("/leases"), adr("0010-when-the-target-makes-the-value")],
      checks: ["rotation-on-time"],
    },
    {
      key: "promoted",
      heldBy: [page("/regions"), adr("0014-regions-and-promotion")],
      checks: ["regions-ready"],
    },
  ],
  "region-failure": [
    {
      key: "second-region",
      heldBy: [page("/regions"), adr("0014-regions-and-promotion")],
      checks: ["regions-ready"],
    },
    {
      key: "resumed",
      heldBy: [test("test/crash"), test("server/worker/regions/killed.int.test.ts")],
      checks: [],
    },
  ],
};
