import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { flippedControls } from "#server/engines/compliance/flipped-controls.ts";
import { CHECK_IDS, type CheckId, judgeChecks } from "#server/engines/compliance/judge-checks.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { complianceFacts } from "../facts/compliance-facts.ts";
import { Looked, LookInput } from "../schema.ts";

type Judged = ReturnType<typeof judgeChecks>[number];
type FlipRow = z.input<typeof Looked>["flips"][number];

/**
 * Judges every check by the tenant's rows of now, in one transaction: what each says is stored with its
 * evidence, and each change of a state is a row of its history and an event; the first judgement is one event
 * of all of them. One worker at a time.
 */
export const lookAtCompliance = verb({
  name: "compliance.look",
  scope: "runtime.compliance.observe",
  input: LookInput,
  output: Looked,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    await takeTurn(tx, tenant, input.nextInSeconds);
    const judged = judgeChecks(await complianceFacts(tx, tenant));
    const { flips, before } = await saveStates(tx, tenant, judged);
    const controls = flippedControls(before, judged);
    const isFirst = before.size === 0;
    const events = isFirst
      ? [toldAll(flips, judged, controls)]
      : flips.map((flip) => told(flip, judged, controls));
    const [first, ...more] = flips.length === 0 ? [] : events;
    const output = { checks: judged.length, flips };
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

/** The row's lock is the turn: another worker's look waits, and finds nothing new. */
async function takeTurn(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  nextInSeconds: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO compliance_look AS l (tenant_id, due_at, looked_at, log_size)
     SELECT $1, now + make_interval(secs => $2), now,
       coalesce((SELECT max(tree_size) FROM audit_checkpoint WHERE tenant_id = $1), 0)
     FROM clock_timestamp() AS now
     ON CONFLICT (tenant_id) DO UPDATE SET due_at = excluded.due_at, looked_at = excluded.looked_at,
       log_size = excluded.log_size`,
    [tenant, nextInSeconds],
  );
}

async function saveStates(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  judged: readonly Judged[],
): Promise<{ flips: FlipRow[]; before: Map<CheckId, FlipRow["state"]> }> {
  const known = await tx.query<{ check_id: CheckId; state: FlipRow["state"]; digest: string }>(
    "SELECT check_id, state, encode(digest, 'hex') AS digest FROM compliance_check_state WHERE tenant_id = $1",
    [tenant],
  );
  const flips: FlipRow[] = [];
  // What a tenant begins with is one event: a log does not open with one for each check.
  const firstEventId = known.length === 0 ? uuidv7() : null;
  for (const each of judged) {
    const { checkId, state, reason } = each;
    const digest = digestOf(each);
    const before = known.find((row) => row.check_id === checkId);
    if (before?.digest === digest) continue;
    const values = [state, reason, JSON.stringify(each.params), JSON.stringify(each.evidence)];
    await tx.query(
      `INSERT INTO compliance_check_state AS c (tenant_id, check_id, state, reason, params, evidence, digest, since)
       VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), clock_timestamp())
       ON CONFLICT (tenant_id, check_id) DO UPDATE SET state = excluded.state, reason = excluded.reason,
         params = excluded.params, evidence = excluded.evidence, digest = excluded.digest,
         since = CASE WHEN c.state = excluded.state THEN c.since ELSE excluded.since END`,
      [tenant, checkId, ...values, digest],
    );
    if (before?.state === state) continue;
    const eventId = firstEventId ?? uuidv7();
    await tx.query(
      `INSERT INTO compliance_state_change (tenant_id, change_id, check_id, state_before, state, reason, params, evidence,
         digest, changed_at, event_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, decode($9, 'hex'), clock_timestamp(), $10)`,
      [tenant, uuidv7(), checkId, before?.state ?? null, ...values, digest, eventId],
    );
    flips.push({ checkId, before: before?.state ?? null, state, reason, eventId });
  }
  await tx.query(
    "DELETE FROM compliance_check_state WHERE tenant_id = $1 AND check_id <> ALL ($2::text[])",
    [tenant, CHECK_IDS],
  );
  return { flips, before: new Map(known.map((row) => [row.check_id, row.state])) };
}

function told(
  flip: FlipRow,
  judged: readonly Judged[],
  controls: ReturnType<typeof flippedControls>,
): AuditEventDraft {
  const each = judged.find(({ checkId }) => checkId === flip.checkId) as Judged;
  return {
    eventId: flip.eventId,
    type: "runtime.compliance.flipped",
    subject: `compliance-check/${flip.checkId}`,
    payload: {
      check: flip.checkId,
      before: flip.before,
      state: flip.state,
      reason: flip.reason,
      params: { ...each.params },
      evidence: each.evidence.map((ref) => ({ ...ref })),
      digest: digestOf(each),
      controls: controls
        .filter(({ checks }) => checks.includes(flip.checkId))
        .map(({ framework, control, before, state }) => ({ framework, control, before, state })),
    },
  };
}

/** The first judgement of a tenant: every check's state and digest, and what the controls say by them. */
function toldAll(
  flips: readonly FlipRow[],
  judged: readonly Judged[],
  controls: ReturnType<typeof flippedControls>,
): AuditEventDraft {
  return {
    eventId: flips[0]?.eventId ?? uuidv7(),
    type: "runtime.compliance.judged",
    subject: "compliance-check/all",
    payload: {
      checks: judged.map((each) => ({
        check: each.checkId,
        state: each.state,
        reason: each.reason,
        digest: digestOf(each),
      })),
      controls: controls.map(({ framework, control, state }) => ({ framework, control, state })),
    },
  };
}

function digestOf({ state, reason, params, evidence }: Judged): string {
  const body = canonicalJson({ state, reason, params, evidence } as unknown as JsonValue);
  return createHash("sha256").update(body).digest("hex");
}
