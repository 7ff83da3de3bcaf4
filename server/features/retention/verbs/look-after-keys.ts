import "server-only";
import { z } from "zod";
import {
  expiryOf,
  periodsToOpen,
  RETENTION_CLASS_NAMES,
  type RetentionClass,
} from "#server/engines/retention/retention-classes.ts";
import { newDataKey } from "#server/platform/audit/data-keys.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { KEEPER_KINDS } from "#server/platform/audit/key-keeper-kinds.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, type VerbContext, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { activeHolds, holdOverKey } from "../holds.ts";
import { retentionDays } from "../rules.ts";

/** An end of term is carried out within minutes: after a day something stands in its way. */
const OVERDUE_MILLIS = 86_400_000;

interface OverKey {
  class: RetentionClass;
  period: string;
}

const Offered = z.object({
  keeper: z.enum(KEEPER_KINDS),
  rootVersion: z.number().int().min(1),
  wrapped: z.string().max(1_000),
});

/**
 * Looks after an organization's keys: gives it a key-encryption key (`offered`) if it has none, makes data keys for
 * this month and the next, and has those destroyed whose time is over and that no hold keeps.
 */
export const lookAfterKeys = verb({
  name: "retention.lookAfterKeys",
  scope: "runtime.retention.carry-out",
  input: z.object({ offered: Offered.nullable() }),
  /** `isOverdue`: terms are over for a day, and nothing is destroyed yet: people must be told, once until it is. */
  output: z.object({ made: z.number(), expiring: z.number(), isOverdue: z.boolean() }),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [look] = await tx.query<{ looked_at: Date; overdue_since: Date | null }>(
      `INSERT INTO retention_look (tenant_id, looked_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (tenant_id) DO UPDATE SET looked_at = excluded.looked_at RETURNING looked_at, overdue_since`,
      [tenant],
    );
    const now = look?.looked_at ?? new Date(0);
    const { offered } = input;
    if (offered) {
      await tx.query(
        `INSERT INTO audit_wrap_key (tenant_id, version, keeper, root_version, origin, wrapped, created_at)
         SELECT $1, 1, $2, $3, 'generated', $4, $5
         WHERE NOT EXISTS (SELECT FROM audit_wrap_key WHERE tenant_id = $1) ON CONFLICT DO NOTHING`,
        [tenant, offered.keeper, offered.rootVersion, offered.wrapped, now],
      );
    }
    const [wrap] = await tx.query<{ version: number; wrapped: string }>(
      "SELECT version, wrapped FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL FOR UPDATE",
      [tenant],
    );
    if (!wrap) return unchanged({ made: 0, expiring: 0, isOverdue: false });
    const keys = await tx.query<{
      key_id: string;
      class: RetentionClass;
      period: string;
      is_there: boolean;
    }>(
      `SELECT key_id, class, period::text AS period, wrapped IS NOT NULL AS is_there FROM audit_data_key WHERE tenant_id = $1`,
      [tenant],
    );
    const known = new Set(keys.map((key) => `${key.class}|${key.period}`));
    const missing = periodsToOpen(now).flatMap((period) =>
      RETENTION_CLASS_NAMES.filter((of) => !known.has(`${of}|${period}`)).map((of) => ({
        class: of,
        period,
        ...newDataKey(tenant, wrap.wrapped, { class: of, period }),
      })),
    );
    await tx.query(
      `INSERT INTO audit_data_key (tenant_id, key_id, class, period, wrapped, wrap_version, created_at)
       SELECT $1, key_id, class, period, wrapped, $2, $3
       FROM unnest($4::text[], $5::text[], $6::date[], $7::bytea[]) AS k (key_id, class, period, wrapped)`,
      [
        tenant,
        wrap.version,
        now,
        missing.map((key) => key.keyId),
        missing.map((key) => key.class),
        missing.map((key) => key.period),
        missing.map((key) => key.wrapped),
      ],
    );
    const days = await retentionDays(tx, tenant);
    const holds = await activeHolds(tx, tenant);
    const over = keys.filter(
      (key) =>
        key.is_there &&
        expiryOf(key.period, days.get(key.class) ?? Number.POSITIVE_INFINITY) <= now &&
        !holdOverKey(holds, key),
    );
    const [open] = await tx.query<{ requested_at: Date }>(
      "SELECT requested_at FROM retention_act WHERE tenant_id = $1 AND kind = 'expiry' AND finished_at IS NULL",
      [tenant],
    );
    const isLate = !!open && now.getTime() - open.requested_at.getTime() > OVERDUE_MILLIS;
    const told = await tellOverdue(context, { isLate, was: look?.overdue_since ?? null, over });
    const expiring = open ? [] : over;
    const isOverdue = isLate && told.length > 0;
    const output = { made: missing.length, expiring: expiring.length, isOverdue };
    const events: AuditEventDraft[] = [...told];
    if (missing.length > 0) {
      const names = missing.map((key) => `${key.class}|${key.period}`);
      events.push({
        type: "runtime.retention.keys-made",
        subject: `tenant/${tenant}`,
        payload: { keys: names, version: wrap.version },
      });
    }
    if (expiring.length > 0) {
      const plan = {
        keyIds: expiring.map((key) => key.key_id),
        periods: expiring.map((key) => `${key.class}|${key.period}`),
      };
      const reason = "kept as long as the rules say";
      const opened = await openAct(context, { kind: "expiry", plan, reason, asks: false });
      events.unshift(...opened.events);
    }
    const [first, ...more] = events;
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

/** What the log hears of terms that are over while nothing is destroyed, and of their end: each once. */
async function tellOverdue(
  { tx, tenant }: VerbContext<unknown>,
  { isLate, was, over }: { isLate: boolean; was: Date | null; over: readonly OverKey[] },
): Promise<AuditEventDraft[]> {
  if (isLate === (was !== null)) return [];
  await tx.query(
    `UPDATE retention_look SET overdue_since = CASE WHEN $2 THEN clock_timestamp() END WHERE tenant_id = $1`,
    [tenant, isLate],
  );
  return [
    {
      type: isLate ? "runtime.retention.term-overdue" : "runtime.retention.term-caught-up",
      subject: `tenant/${tenant}`,
      ...(isLate ? { outcome: "failed" as const } : {}),
      payload: { periods: over.map((key) => `${key.class}|${key.period}`) },
    },
  ];
}
