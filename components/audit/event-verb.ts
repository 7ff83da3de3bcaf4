"use client";
import { useTranslations } from "next-intl";

/** The events that have words of their own; others show their type. */
const WORDS = {
  "runtime.access.denials-counted": "denialsCounted",
  "runtime.access.denied": "accessDenied",
  "runtime.alerts.acknowledged": "alertAcknowledged",
  "runtime.alerts.delivered": "alertDelivered",
  "runtime.alerts.delivery-abandoned": "deliveryAbandoned",
  "runtime.alerts.delivery-attempted": "deliveryAttempted",
  "runtime.alerts.delivery-failed": "deliveryFailed",
  "runtime.alerts.endpoint-added": "endpointAdded",
  "runtime.alerts.endpoint-disabled": "endpointDisabled",
  "runtime.alerts.endpoint-enabled": "endpointEnabled",
  "runtime.alerts.raised": "alertRaised",
  "runtime.approvals.approved": "approvalApproved",
  "runtime.approvals.executed": "approvalExecuted",
  "runtime.approvals.execution-refused": "approvalExecutionRefused",
  "runtime.approvals.expired": "approvalExpired",
  "runtime.approvals.rejected": "approvalRejected",
  "runtime.approvals.requested": "approvalRequested",
  "runtime.approvals.reviewed": "approvalReviewed",
  "runtime.approvals.revised": "approvalRevised",
  "runtime.approvals.withdrawn": "approvalWithdrawn",
  "runtime.audit.searched": "searched",
  "runtime.identity.signed-in": "signedIn",
  "runtime.identity.signed-out": "signedOut",
  "runtime.incidents.closed": "incidentClosed",
  "runtime.incidents.contained": "incidentContained",
  "runtime.incidents.opened": "incidentOpened",
  "runtime.incidents.pursued": "incidentPursued",
  "runtime.incidents.sources-asked": "incidentSourcesAsked",
  "runtime.secrets.consumer-reported": "consumerReported",
  "runtime.secrets.consumers-observed": "consumersObserved",
  "runtime.secrets.revocation-held": "revocationHeld",
  "runtime.secrets.revocation-overridden": "revocationOverridden",
  "runtime.secrets.rotation-hurried": "rotationHurried",
  "runtime.secrets.binding-changed": "bindingChanged",
  "runtime.secrets.bound": "bound",
  "runtime.secrets.unbound": "unbound",
  "runtime.secrets.discovered": "discovered",
  "runtime.secrets.found-unmanaged": "foundUnmanaged",
  "runtime.secrets.found-again": "foundAgain",
  "runtime.secrets.gone-missing": "goneMissing",
  "runtime.targets.saved": "targetSaved",
  "runtime.targets.retired": "targetRetired",
  "runtime.secrets.rotated": "rotated",
  "runtime.secrets.rotation-applied": "rotationApplied",
  "runtime.secrets.rotation-claimed": "rotationClaimed",
  "runtime.secrets.rotation-awaiting-approval": "rotationAwaitingApproval",
  "runtime.secrets.rotation-done": "rotationDone",
  "runtime.secrets.rotation-grace": "rotationGrace",
  "runtime.secrets.rotation-indeterminate": "rotationIndeterminate",
  "runtime.secrets.rotation-orphaned": "rotationOrphaned",
  "runtime.secrets.rotation-promoted": "rotationPromoted",
  "runtime.secrets.rotation-requested": "rotationRequested",
  "runtime.secrets.rotation-revoke-failed": "rotationRevokeFailed",
  "runtime.secrets.rotation-revoking": "rotationRevoking",
  "runtime.secrets.rotation-rolled-back": "rotationRolledBack",
  "runtime.secrets.rotation-staged": "rotationStaged",
  "runtime.secrets.rotation-step-begun": "stepBegun",
  "runtime.secrets.rotation-step-failed": "stepFailed",
  "runtime.secrets.rotation-verified": "rotationVerified",
  "runtime.secrets.rotation-verified-dead": "rotationVerifiedDead",
  "runtime.tenants.created": "tenantCreated",
} as const;

function isWorded(type: string): type is keyof typeof WORDS {
  return Object.hasOwn(WORDS, type);
}

/** What an event says happened, in the reader's language where we have the words. */
export function useEventVerb(): (type: string) => string {
  const t = useTranslations("audit.verbs");
  return (type) => (isWorded(type) ? t(WORDS[type]) : type);
}
