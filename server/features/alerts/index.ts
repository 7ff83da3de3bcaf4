import "server-only";

/** What other parts of the server may use of the alerts feature. */
export { backoffSeconds } from "./delivery-schedule.ts";
export { beginDelivery } from "./verbs/begin-delivery.ts";
export { raiseAlert } from "./verbs/raise-alert.ts";
export { recordDelivery } from "./verbs/record-delivery.ts";
export { isPublicAddress, webhookUrl } from "./webhook-url.ts";
