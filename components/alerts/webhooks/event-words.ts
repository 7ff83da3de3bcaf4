/** Events that the form offers, without their beginning; others may be asked for over the API. */
export const OFFERED_EVENTS = [
  "rotated",
  "rotation-requested",
  "rotation-verified-dead",
  "rotation-rolled-back",
  "rotation-revoke-failed",
  "rotation-indeterminate",
  "rotation-orphaned",
  "revocation-held",
  "revocation-overridden",
  "manual-rotation-completed",
  "bound",
  "unbound",
  "found-unmanaged",
  "gone-missing",
] as const;

const BEGINNING = "runtime.secrets.";
export const EVERY_SECRET_EVENT = `${BEGINNING}*`;

/** An event by its whole type. */
export function eventType(name: string): string {
  return `${BEGINNING}${name}`;
}

/** Why a delivery failed, where there are words for it. */
export const DELIVERY_FAULTS = [
  "address-refused",
  "name-not-found",
  "connection-refused",
  "connection-lost",
  "tls",
  "timeout",
  "redirect",
  "http-status",
  "endpoint-disabled",
  "gave-up",
  "other",
] as const;
