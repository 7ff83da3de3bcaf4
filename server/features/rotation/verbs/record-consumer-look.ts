import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { revocationGate, secondsToNextLook } from "#server/engines/rotation/revocation-gate.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lastTold } from "../consumers/last-told.ts";
import { PROMOTED_AT } from "../consumers/look-facts.ts";
import { lookSaid, saysTheSame } from "../consumers/look-said.ts";
import { revocationFacts } from "../consumers/revocation-facts.ts";
import { type ClusterLook, type OldUse, RecordConsumerLookInput } from "../consumers/schema.ts";
import { requireWorker } from "../held-rotation.ts";
import { judgeReports, noteAbsentConsumers } from "../writes/note-absent-consumers.ts";
import { noteConsumer } from "../writes/note-consumer.ts";

/**
 * Notes what a look at cluster and target found of who uses a credential whose new value was
 * promoted. A source that could not be asked makes its consumers unknown, never moved. The log hears of it when
 * anything is otherwise than it last said, else once an hour.
 */
export const recordConsumerLook = verb({
  name: "rotation.recordConsumerLook",
  scope: "runtime.consumers.observe",
  input: RecordConsumerLookInput,
  output: z.object({ isClear: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const rotation = await rotationToLookAt(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const isOver = rotation.finished_at !== null;
    if (!rotation.promoted_at || (isOver && rotation.state !== "done")) {
      return unchanged({ isClear: true });
    }
    const { rotation_id: rotationId, binding_id: bindingId } = rotation;
    const about = { bindingId, rotationId, eventId: uuidv7() };
    let changes = await noteCluster(tx, tenant, about, input.cluster);
    const currentVersion = rotation.current_version;
    changes += await judgeReports(tx, tenant, { ...about, currentVersion });
    const said = lookSaid(input);
    const last = changes > 0 ? null : await lastTold(tx, tenant, rotationId, "look");
    const stands = last && saysTheSame(last.payload, said) ? last.eventId : null;
    const usesTold = { rotationId, eventId: stands ?? about.eventId };
    for (const use of input.oldUses) await noteOldUse(tx, tenant, usesTold, use);
    const facts = await revocationFacts(tx, tenant, rotation);
    const gate = revocationGate(facts);
    // Over, and everybody has moved: nothing is left to look at.
    const isSettled = isOver && facts.consumers.every((state) => state === "moved");
    await tx.query(
      `INSERT INTO rotation_watch AS w (tenant_id, rotation_id, looked_at, due_at)
       VALUES ($1, $2, clock_timestamp(), CASE WHEN $4 THEN 'infinity' ELSE clock_timestamp() + make_interval(secs => $3) END)
       ON CONFLICT (tenant_id, rotation_id) DO UPDATE SET looked_at = excluded.looked_at, due_at = excluded.due_at`,
      [tenant, rotationId, secondsToNextLook(rotation.promoted_seconds), isSettled],
    );
    const output = { isClear: gate.kind === "open" };
    if (stands) return unchanged(output);
    await tx.query(
      `UPDATE rotation_watch SET look_event_id = $3, look_told_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2`,
      [tenant, rotationId, about.eventId],
    );
    return audited(output, {
      eventId: about.eventId,
      type: "runtime.secrets.consumers-observed",
      subject: `secret-binding/${bindingId}`,
      causedBy: rotation.cause_event_id,
      payload: { rotationId, changes, ...said },
    });
  },
});

interface About {
  bindingId: string;
  rotationId: string;
  eventId: string;
}

async function rotationToLookAt(tx: TenantTx, tenant: AuthorizedTenantId, rotationId: string) {
  const [row] = await tx.query<{
    rotation_id: string;
    binding_id: string;
    trigger: string;
    state: string;
    cause_event_id: string;
    finished_at: Date | null;
    promoted_at: Date | null;
    promoted_seconds: number;
    current_version: number | null;
  }>(
    `SELECT r.rotation_id, r.binding_id, r.trigger, r.state, r.cause_event_id, r.finished_at, p.at AS promoted_at,
       coalesce(extract(epoch FROM clock_timestamp() - p.at), 0)::float8 AS promoted_seconds, b.current_version
     FROM rotation r
     JOIN secret_binding b ON b.tenant_id = r.tenant_id AND b.binding_id = r.binding_id
     CROSS JOIN LATERAL (${PROMOTED_AT.replace("min(s.at)", "min(s.at) AS at")}) p
     WHERE r.tenant_id = $1 AND r.rotation_id = $2`,
    [tenant, rotationId],
  );
  return row;
}

async function noteCluster(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  about: About,
  look: ClusterLook | null,
): Promise<number> {
  if (!look || look.state === "away") {
    const reason = look?.reason ?? "no-source";
    return noteAbsentConsumers(tx, tenant, about, { foundIds: [], isGone: false, reason });
  }
  const foundIds: string[] = [];
  let changes = 0;
  for (const found of look.consumers) {
    const { bindingId } = about;
    const noted = { ...found, bindingId, cluster: look.cluster, seenVersion: null };
    const { consumerId, isChanged } = await noteConsumer(tx, tenant, noted, about);
    foundIds.push(consumerId);
    if (isChanged) changes += 1;
  }
  const isGone = look.isComplete;
  const absent = { foundIds, isGone, reason: "read-in-part" };
  return changes + (await noteAbsentConsumers(tx, tenant, about, absent));
}

async function noteOldUse(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { rotationId, eventId }: Omit<About, "bindingId">,
  use: OldUse,
): Promise<void> {
  await tx.query(
    `INSERT INTO old_value_use AS u (tenant_id, rotation_id, source, state, reason, uses, last_used_at, ends_at, held_by, checked_at, event_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $10, clock_timestamp(), $8)
     ON CONFLICT (tenant_id, rotation_id, source) DO UPDATE SET state = excluded.state, reason = excluded.reason,
       uses = excluded.uses, last_used_at = greatest(u.last_used_at, excluded.last_used_at),
       ends_at = excluded.ends_at, held_by = excluded.held_by, checked_at = excluded.checked_at, event_id = excluded.event_id`,
    [
      tenant,
      rotationId,
      use.source,
      use.state,
      use.reason ?? "",
      use.uses,
      use.lastUsedAt,
      eventId,
      use.endsAt ?? null,
      use.heldBy ?? null,
    ],
  );
}
