import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";

export interface AlertOfMessage {
  alertId: string;
  kind: string;
  severity: string;
  subjectRef: string;
  detail: string;
  createdAt: Date;
}

/**
 * The CloudEvents 1.0 JSON of an alert: the envelope of its audit event, with the alert as data.
 * Canonical (RFC 8785), so that every attempt sends and signs the same bytes.
 */
export function webhookMessage(envelope: string, alert: AlertOfMessage): string {
  const event = JSON.parse(envelope) as { [key: string]: JsonValue };
  return canonicalJson({
    ...event,
    datacontenttype: "application/json",
    data: {
      alertId: alert.alertId,
      kind: alert.kind,
      severity: alert.severity,
      subjectRef: alert.subjectRef,
      detail: alert.detail,
      createdAt: alert.createdAt.toISOString(),
    },
  });
}
