import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { parseExact } from "#server/engines/canonical-json/parse-exact.ts";
import { faultSaid } from "#server/engines/cloud-events/fault-said.ts";
import type { Arrived } from "#server/engines/cloud-events/judge-event.ts";
import { isObject } from "#server/engines/ingest/mapped.ts";
import { MAPPERS } from "#server/engines/ingest/mapper-of.ts";
import { maskKnownSecrets } from "#server/engines/secret-shapes/mask-known-secrets.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { Said } from "#server/platform/errors/said.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { openDeadLetter } from "../open-dead-letter.ts";
import { receive } from "../receive.ts";
import { DeadLetterSettled, SettleDeadLetterInput, type SourceRef } from "../schema.ts";

interface Row {
  [column: string]: unknown;
  dead_letter_id: string;
  source_id: string;
  state: string;
  is_cut: boolean;
  reason: string;
  key_id: string;
  ciphertext: Buffer;
  how: SourceRef["how"];
  kind: SourceRef["kind"];
  name: string;
  cluster: string | null;
}

/**
 * Ends a dead letter: sends it again, mended where a person mended it, or discards it. One that is sent
 * again is judged as any other event is, and is vouched for by its source and by who mended it.
 */
export const settleDeadLetter = verb({
  name: "ingest.settleDeadLetter",
  scope: "runtime.events.manage",
  input: SettleDeadLetterInput,
  output: DeadLetterSettled,
  async run({ tx, tenant, actor, input }) {
    const [row] = await tx.query<Row>(
      `SELECT d.dead_letter_id, d.source_id, d.state, d.is_cut, d.reason, d.key_id, d.ciphertext, s.how, s.kind, s.name, s.cluster
       FROM event_dead_letter d JOIN event_source s ON s.tenant_id = $1 AND s.source_id = d.source_id
       WHERE d.tenant_id = $1 AND d.dead_letter_id = $2 FOR UPDATE OF d`,
      [tenant, input.deadLetterId],
    );
    if (!row) throw notFound("event dead letter");
    if (row.state !== "waiting") {
      throw new AppError("conflict", "This was redriven or discarded already.", {
        said: { key: "received.settled" },
        remedy: "Load the page anew.",
      });
    }
    const by = displayNameOf(actor);
    const source = { how: row.how, kind: row.kind, name: row.name };
    const drafts: AuditEventDraft[] = [];
    let became: string | null = null;
    let isMended = false;
    if (input.act === "redrive") {
      isMended = input.envelope !== null;
      const written = parsed(input.envelope ?? keptText(openDeadLetter(tenant, row), row.is_cut));
      const from = { source, sourceId: row.source_id, ...(isMended ? { mendedBy: by } : {}) };
      const { results, drafts: received } = await receive(tx, tenant, from, [
        oneEvent(written, row),
      ]);
      const [result] = results;
      if (!result || result.status === "refused") {
        const { field = null, detail = "" } = result?.refused.fault ?? {};
        throw new AppError("invalid", `envelope: ${detail}`, {
          field: "envelope",
          said: stillRefused(detail, field),
          remedy: field ? `Mend ${field}, or discard it.` : "Mend it, or discard it.",
        });
      }
      became = result.eventId;
      drafts.push(...received);
    }
    const state = input.act === "redrive" ? ("redriven" as const) : ("discarded" as const);
    await tx.query(
      `UPDATE event_dead_letter SET state = $3, settled_at = clock_timestamp(), settled_by_name = $4,
         settled_reason = $5, became_event_id = $6
       WHERE tenant_id = $1 AND dead_letter_id = $2`,
      [tenant, row.dead_letter_id, state, by.slice(0, 200), input.reason, became],
    );
    return audited(
      { state, eventId: became },
      {
        type: `runtime.events.dead-letter-${state}`,
        subject: `event-dead-letter/${row.dead_letter_id}`,
        payload: {
          from: row.name,
          was: row.reason,
          reason: input.reason,
          ...(became ? { became, isMended } : {}),
        },
      },
      ...drafts,
    );
  },
});

function stillRefused(detail: string, field: string | null): Said {
  const why = faultSaid(detail, field);
  return field
    ? { key: "received.stillRefusedAt", args: why.args, parts: { why: [why] } }
    : { key: "received.stillRefused", parts: { why: [why] } };
}

/** As CloudEvents has it, or as its source writes it, which is mapped as it would have been. */
function oneEvent(written: JsonValue, { kind, name, cluster }: Row): Arrived {
  if (isObject(written) && "specversion" in written) return { original: written };
  const [only, ...more] = MAPPERS[kind](written, cluster ?? name);
  if (only && more.length === 0) return only;
  throw new AppError("invalid", "envelope: is not one event", {
    field: "envelope",
    said: { key: "received.notOneEvent" },
    remedy: "Write one event, as its source writes it or as CloudEvents 1.0 has it.",
  });
}

function keptText(text: string | null, isCut: boolean): string {
  if (text === null) {
    throw new AppError("conflict", "The envelope can't be opened any more.", {
      said: { key: "received.unreadable" },
      remedy: "Discard it.",
    });
  }
  if (isCut) {
    throw new AppError("invalid", "envelope: only its beginning was kept", {
      field: "envelope",
      said: { key: "received.cut" },
      remedy: "Give the whole envelope, or have its sender send it in smaller parts.",
    });
  }
  return text;
}

function parsed(text: string): JsonValue {
  try {
    // A person's text is judged for secrets as a sender's is, before anything of it is kept.
    return maskKnownSecrets(parseExact(text)).value;
  } catch {
    throw new AppError("invalid", "envelope: is not JSON", {
      field: "envelope",
      said: { key: "received.notJson" },
      remedy: "Write one event as JSON.",
    });
  }
}
