import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { ConsumerReported, ReportConsumerInput } from "../consumers/schema.ts";
import { noteConsumer } from "../writes/note-consumer.ts";

/** A workload, or who runs it, says which version of a credential it uses; or that it uses it no more. */
export const reportConsumer = verb({
  name: "rotation.reportConsumer",
  scope: "runtime.consumers.report",
  input: ReportConsumerInput,
  output: ConsumerReported,
  async run({ tx, tenant, input }) {
    const binding = await findBinding(tx, tenant, input.binding);
    if (!binding) throw notFound("secret binding");
    const { binding_id: bindingId, current_version: currentVersion } = binding;
    if (!input.isGone && input.version === undefined) {
      throw new AppError("invalid", "version: must be given unless isGone is true", {
        field: "version",
      });
    }
    const now = await tx.startedAt();
    if (input.usedAt && input.usedAt.getTime() > now.getTime() + 60_000) {
      throw new AppError("invalid", "usedAt: must not be later than now", { field: "usedAt" });
    }
    if (currentVersion !== null && (input.version ?? 0) > currentVersion) {
      throw new AppError("conflict", "version: is newer than any the console knows of", {
        field: "version",
        remedy: "Report the version number that the store gave with the value.",
      });
    }
    const { state, reason } = judge(input.version, currentVersion);
    const eventId = uuidv7();
    const noted = {
      ...input.workload,
      bindingId,
      kind: "reported" as const,
      state,
      reason,
      seenVersion: input.version ?? null,
      seenAt: input.usedAt ?? now,
      reportWithinSeconds: input.reportWithinSeconds,
    };
    const about = { eventId, rotationId: await openRotationOf(tx, tenant, bindingId) };
    const { consumerId } = await noteConsumer(tx, tenant, noted, about);
    if (input.isGone) {
      await tx.query(
        "UPDATE secret_consumer SET gone_at = clock_timestamp() WHERE tenant_id = $1 AND consumer_id = $2",
        [tenant, consumerId],
      );
    }
    return audited(
      { consumerId, bindingId, state, currentVersion },
      {
        eventId,
        type: "runtime.secrets.consumer-reported",
        subject: `secret-binding/${bindingId}`,
        payload: {
          consumerId,
          workload: { ...input.workload },
          version: input.version ?? null,
          isGone: input.isGone,
          state,
        },
      },
    );
  },
});

function judge(version: number | undefined, current: number | null) {
  if (version === undefined || current === null) {
    return { state: "unknown", reason: "version-unknown" } as const;
  }
  return version >= current
    ? ({ state: "moved", reason: "reports-new" } as const)
    : ({ state: "not-yet", reason: "reports-older" } as const);
}

async function findBinding(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  asked: { bindingId: string } | { store: string; path: string },
) {
  const byId = "bindingId" in asked;
  const [row] = await tx.query<{ binding_id: string; current_version: number | null }>(
    `SELECT binding_id, current_version FROM secret_binding
     WHERE tenant_id = $1 AND ${byId ? "binding_id = $2" : "store = $2 AND path = $3"} AND state <> 'retired'`,
    byId ? [tenant, asked.bindingId] : [tenant, asked.store, asked.path],
  );
  return row;
}

async function openRotationOf(tx: TenantTx, tenant: AuthorizedTenantId, bindingId: string) {
  const [row] = await tx.query<{ rotation_id: string }>(
    "SELECT rotation_id FROM rotation WHERE tenant_id = $1 AND binding_id = $2 AND finished_at IS NULL",
    [tenant, bindingId],
  );
  return row?.rotation_id ?? null;
}
