import type { AutomaticRotator } from "#server/features/rotation/schema.ts";

/** Every act outside our database of a rotation that goes well, in its order, by kind of rotator. */
export const OUTSIDE_CALLS = {
  "postgres-dual-user": [
    "vault.read-current",
    "vault.read-rotator",
    "target.read-standby",
    "vault.read-staged",
    "vault.stage",
    "target.apply",
    "target.verify",
    "vault.promote",
    "vault.unstage",
    "consumers.look",
    "vault.recheck-current",
    "target.probe-new",
    "target.lock-old",
    "vault.read-old",
    "target.probe-old",
    "vault.destroy-old",
  ],
  "kv-generated": [
    "vault.read-current",
    "vault.read-staged",
    "vault.stage",
    "vault.read-back",
    "vault.promote",
    "vault.unstage",
    "vault.recheck-current",
    "vault.read-old",
    "vault.destroy-old",
    "vault.probe-old",
  ],
  "openbao-transit": [
    "transit.read",
    "transit.make-evidence",
    "transit.probe-alive",
    "transit.rotate",
    "transit.try-new",
    "transit.recheck",
    "transit.retire-old",
    "transit.probe-old",
  ],
  "openbao-static-role": [
    "database.read-role",
    "vault.read-evidence",
    "database.read-value",
    "target.probe-current",
    "vault.keep-evidence",
    "database.check-role",
    "database.recheck-role",
    "database.rotate-role",
    "database.confirm-role",
    "target.probe-new",
    "database.check-ended",
    "vault.read-old",
    "target.probe-old",
    "vault.drop-evidence",
  ],
  "openbao-dynamic": [
    "vault.read-current",
    "database.read-role",
    "vault.read-staged",
    "lease.issue",
    "vault.stage",
    "vault.read-back",
    "target.verify",
    "vault.read-waiting",
    "vault.promote",
    "vault.read-delivered",
    "vault.unstage",
    "vault.read-ending",
    "lease.read-old",
    "vault.recheck-current",
    "vault.read-revoked",
    "target.probe-new",
    "lease.revoke",
    "vault.read-old",
    "lease.lookup-old",
    "target.probe-old",
    "vault.destroy-old",
  ],
  "keycloak-client-secret": [
    "vault.read-current",
    "vault.read-account",
    "keycloak.read-client",
    "keycloak.read-secret",
    "vault.read-proven",
    "keycloak.probe-current",
    "vault.ask-current",
    "vault.read-staying",
    "keycloak.rotate",
    "keycloak.try-new",
    "vault.promote",
    "keycloak.read-grace",
    "vault.recheck-current",
    "vault.read-ending",
    "keycloak.recheck-secret",
    "keycloak.end-old",
    "vault.read-old",
    "keycloak.read-living",
    "keycloak.probe-old",
    "vault.destroy-old",
  ],
  "openbao-pki-root": [
    "pki.read-default",
    "pki.read-config",
    "pki.list",
    "pki.make-root",
    "pki.read-old",
    "pki.cross-sign",
    "pki.read-new",
    "pki.issue-new",
    "pki.recheck",
    "pki.set-default",
    "pki.issue-default",
    "pki.revoke-old",
    "pki.probe-old",
  ],
  "openbao-pki-intermediate": [
    "pki.read-default",
    "pki.read-config",
    "pki.list",
    "pki.make-request",
    "pki.find-taken",
    "pki.sign",
    "pki.take",
    "pki.read-new",
    "pki.issue-new",
    "pki.recheck",
    "pki.set-default",
    "pki.issue-default",
    "pki.read-old",
    "pki.revoke-above",
    "pki.revoke-old",
    "pki.read-list",
    "pki.probe-old",
  ],
  "two-key-cloud": [
    "vault.read-current",
    "cloud.list-keys",
    "cloud.read-rest",
    "cloud.renew-rest",
    "cloud.read-new",
    "cloud.try-new",
    "vault.recheck-current",
    "vault.promote",
    "vault.read-old",
    "cloud.read-old",
    "cloud.renew-old",
    "cloud.probe-old",
    "vault.destroy-old",
  ],
  "azure-key": [
    "keyvault.read",
    "keyvault.list",
    "keyvault.recheck",
    "keyvault.probe-alive",
    "keyvault.create",
    "keyvault.find-new",
    "keyvault.try-new",
    "keyvault.disable-old",
    "keyvault.probe-old",
  ],
  "azure-secret": [
    "keyvault.read",
    "keyvault.list",
    "keyvault.recheck",
    "keyvault.set",
    "keyvault.read-back",
    "keyvault.read-old",
    "keyvault.disable-old",
    "keyvault.probe-old",
  ],
} as const satisfies Record<AutomaticRotator["kind"], readonly string[]>;

/** Every act of taking a promoted rotation back within its grace, in its order. */
export const OUTSIDE_CALLS_TAKING_BACK = {
  "postgres-dual-user": [
    "vault.ask-current",
    "vault.read-old",
    "target.probe-old",
    "vault.restore",
    "vault.read-rotator",
    "target.lock-new",
    "vault.read-new",
    "target.probe-new",
    "vault.destroy-new",
  ],
  "kv-generated": [
    "vault.ask-current",
    "vault.read-old",
    "vault.restore",
    "vault.destroy-new",
    "vault.probe-new",
  ],
} as const satisfies Partial<Record<AutomaticRotator["kind"], readonly string[]>>;

/** Acts of the ways that lead back, of finding out what is true, and of settings that not all have. */
export const OUTSIDE_CALLS_IN_TROUBLE = [
  "vault.ask-current",
  "vault.ask-staged",
  "target.ask-applied",
  "target.ask-locked",
  "target.lock-standby",
  "transit.ask",
  "transit.trim",
  "keyvault.ask",
  "pki.ask",
  "pki.discard",
  "pki.restore-default",
  "pki.revoke-new",
  "pki.probe-new",
  "keyvault.restore",
  "keyvault.disable-new",
  "keyvault.probe-new",
  "cloud.renew-new",
  "cloud.probe-new",
  "vault.read-given",
  "database.ask-role",
  "database.read-record",
  "target.ask-current",
  "lease.list",
  "lease.look",
  "lease.end-orphan",
  "lease.revoke-lost",
  "lease.renew",
  "lease.read-main",
  "lease.deliver",
  "lease.probe-ended",
  "keycloak.ask-client",
  "keycloak.ask-secret",
  "vault.ask-old",
] as const;

export type OutsideCall =
  | (typeof OUTSIDE_CALLS)[keyof typeof OUTSIDE_CALLS][number]
  | (typeof OUTSIDE_CALLS_TAKING_BACK)[keyof typeof OUTSIDE_CALLS_TAKING_BACK][number]
  | (typeof OUTSIDE_CALLS_IN_TROUBLE)[number];

/** The lease may end before the act would: whoever comes next must find no act of ours under way. */
export class LeaseEndingError extends Error {
  constructor() {
    super("the lease ends too soon for another act");
    this.name = "LeaseEndingError";
  }
}

export interface Outside {
  <T>(name: OutsideCall, act: () => Promise<T>): Promise<T>;
  /** A verb of ours went through at this monotonic time: the lease runs anew from there. */
  renewed(sinceMillis: number): void;
  /** Whether so much of the lease is left that it need not be renewed before the next few acts. */
  hasTime(): boolean;
}

const LONGEST_ACT_MILLIS = 25_000;

/**
 * The one door to the outside. It checks the lease before each act, and in tests kills the process
 * before or after the named one (`before:vault.stage`).
 */
export function makeOutside(options: {
  leaseSeconds: number;
  claimedAtMillis: number;
  failpoint: string | undefined;
}): Outside {
  const leaseMillis = options.leaseSeconds * 1_000;
  const marginMillis = Math.min(LONGEST_ACT_MILLIS, leaseMillis / 2);
  let since = options.claimedAtMillis;
  const outside = async <T>(name: OutsideCall, act: () => Promise<T>): Promise<T> => {
    // Monotonic time of this process since a moment before the database set the lease: never too late.
    if (performance.now() > since + leaseMillis - marginMillis) throw new LeaseEndingError();
    fail(`before:${name}`, options.failpoint);
    const result = await act();
    fail(`after:${name}`, options.failpoint);
    return result;
  };
  return Object.assign(outside, {
    renewed(sinceMillis: number) {
      since = sinceMillis;
    },
    hasTime: () => performance.now() < since + (leaseMillis - marginMillis) / 4,
  });
}

function fail(here: string, failpoint: string | undefined): void {
  if (failpoint === here) process.kill(process.pid, "SIGKILL");
}
