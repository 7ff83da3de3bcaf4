import "server-only";
import type { Actor } from "#server/platform/actor.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { AlertAcknowledged, AlertId } from "../schema.ts";

/** Says that somebody has seen to an alert. The first one stands. */
export const acknowledgeAlert = verb({
  name: "alerts.acknowledge",
  scope: "runtime.alerts.manage",
  input: AlertId,
  output: AlertAcknowledged,
  async run({ tx, tenant, actor, input }) {
    const [alert] = await tx.query<{ acknowledged_at: Date | null }>(
      "SELECT acknowledged_at FROM alert WHERE tenant_id = $1 AND alert_id = $2 FOR UPDATE",
      [tenant, input.alertId],
    );
    if (!alert) throw notFound("alert");
    if (alert.acknowledged_at)
      return unchanged({ alertId: input.alertId, acknowledgedAt: alert.acknowledged_at });
    const [updated] = (await tx.query<{ acknowledged_at: Date }>(
      `UPDATE alert SET acknowledged_at = clock_timestamp(), acknowledged_by = $3
       WHERE tenant_id = $1 AND alert_id = $2 RETURNING acknowledged_at`,
      [tenant, input.alertId, nameOf(actor)],
    )) as [{ acknowledged_at: Date }];
    return audited(
      { alertId: input.alertId, acknowledgedAt: updated.acknowledged_at },
      {
        type: "runtime.alerts.acknowledged",
        subject: `alert/${input.alertId}`,
        causedBy: input.alertId,
      },
    );
  },
});

function nameOf(actor: Actor): string {
  switch (actor.kind) {
    case "user":
      return actor.displayName;
    case "service":
      return actor.subject;
    case "worker":
      return actor.name;
    case "system":
      return actor.component;
  }
}
