import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { deliveryEvent, finishDelivery, lockDelivery } from "../delivery-rows.ts";
import { MAX_ATTEMPTS } from "../delivery-schedule.ts";
import { type DeliveryFault, DeliveryRecorded, RecordDeliveryInput } from "../schema.ts";

/** The receiver has gone for good (Standard Webhooks). */
const GONE = 410;

/** Notes how an attempt went (law 2: record). Only the latest claim is listened to. */
export const recordDelivery = verb({
  name: "alerts.recordDelivery",
  scope: "runtime.alerts.deliver",
  input: RecordDeliveryInput,
  output: DeliveryRecorded,
  async run({ tx, tenant, input: { deliveryId, fence, result, retryAfterSeconds } }) {
    const row = await lockDelivery(tx, tenant, deliveryId);
    if (row.state !== "pending" || row.fence !== fence)
      return unchanged({ isRecorded: false, state: row.state });
    const status = result.kind === "answered" ? result.status : null;
    const said = { attempt: row.attempt, ...(status === null ? {} : { status }) };
    if (status !== null && status >= 200 && status < 300) {
      await finishDelivery(tx, tenant, deliveryId, { state: "delivered", status, fault: null });
      const event = deliveryEvent(row, "delivered", said);
      return audited({ isRecorded: true, state: "delivered" as const }, event);
    }
    const fault: DeliveryFault = result.kind === "failed" ? result.fault : faultOf(result.status);
    if (status === GONE || row.attempt >= MAX_ATTEMPTS) {
      await finishDelivery(tx, tenant, deliveryId, { state: "dead", status, fault });
      const event = deliveryEvent(row, "delivery-abandoned", { ...said, fault });
      return audited({ isRecorded: true, state: "dead" as const }, event);
    }
    await tx.query(
      `UPDATE webhook_delivery SET response_status = $3, last_error = $4, lease_until = NULL,
         next_attempt_at = clock_timestamp() + make_interval(secs => $5)
       WHERE tenant_id = $1 AND delivery_id = $2`,
      [tenant, deliveryId, status, fault, retryAfterSeconds],
    );
    return audited(
      { isRecorded: true, state: "pending" as const },
      deliveryEvent(row, "delivery-failed", { ...said, fault, retryAfterSeconds }),
    );
  },
});

function faultOf(status: number): DeliveryFault {
  return status >= 300 && status < 400 ? "redirect" : "http-status";
}
