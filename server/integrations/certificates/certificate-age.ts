/** Where in its life a certificate, a token or an SVID is. */
export interface CredentialAge {
  state: "not-yet-valid" | "valid" | "renewal-due" | "expired";
  ageSeconds: number;
  /** Negative once expired. */
  remainingSeconds: number;
  lifetimeSeconds: number;
  renewAt: Date;
}

/** cert-manager's own default: a third of the life before its end (`spec.renewBefore` unset). */
const RENEW_AFTER_SHARE = 2 / 3;

/** Renewal is due at `renewAt`, or after two thirds of the life where no one said when. */
export function certificateAge(
  validity: { notBefore: Date; notAfter: Date; renewAt?: Date | null },
  now: Date,
): CredentialAge {
  const start = validity.notBefore.getTime();
  const end = validity.notAfter.getTime();
  const renewAt = validity.renewAt ?? new Date(start + (end - start) * RENEW_AFTER_SHARE);
  return {
    state: stateAt(now.getTime(), start, renewAt.getTime(), end),
    ageSeconds: seconds(now.getTime() - start),
    remainingSeconds: seconds(end - now.getTime()),
    lifetimeSeconds: seconds(end - start),
    renewAt,
  };
}

/** A certificate is invalid after `notAfter`, not at it (RFC 5280 §4.1.2.5). */
function stateAt(now: number, start: number, renew: number, end: number): CredentialAge["state"] {
  if (now > end) return "expired";
  if (now < start) return "not-yet-valid";
  return now >= renew ? "renewal-due" : "valid";
}

function seconds(millis: number): number {
  return Math.floor(millis / 1000);
}
