import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { violationKey } from "#server/engines/isolation/violation-key.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import {
  KnownSource,
  type LookedEdge,
  LookRecorded,
  RecordLookInput,
  type SourceState,
  type StoredFact,
} from "../schema.ts";

type Changed = z.infer<typeof LookRecorded>["changed"];
/** With the event that tells of it, and the digest of the facts that it names. */
type Told = Changed[number] & { eventId: string; factsDigest: string };

/**
 * Records what a look showed. A cell keeps since when it is what it is; each change of a state, and each new
 * violation of one that is violated already, is an event with its facts' codes. The same inputs as before only move the time. Throws `stale` when
 * another worker has taken over.
 */
export const recordIsolationLook = verb({
  name: "isolation.recordLook",
  scope: "runtime.isolation.observe",
  input: RecordLookInput,
  output: LookRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [look] = await tx.query<{ inputs_digest: Buffer | null; sources: unknown[] }>(
      `SELECT inputs_digest, sources FROM isolation_look
       WHERE tenant_id = $1 AND fence = $2 AND lease_until IS NOT NULL FOR UPDATE`,
      [tenant, input.fence],
    );
    if (!look) throw new AppError("stale", "Another worker looks at this tenant.");
    const now = await tx.startedAt();
    const sources = withSince(input.sources, look.sources, now);
    await tx.query(
      `UPDATE isolation_look SET lease_owner = NULL, lease_until = NULL, finished_at = clock_timestamp(),
         due_at = clock_timestamp() + make_interval(secs => $3), inputs_digest = decode($4, 'hex'), sources = $5,
         edges_left_off = $6
       WHERE tenant_id = $1 AND fence = $2`,
      [
        tenant,
        input.fence,
        input.nextInSeconds,
        input.inputsDigest,
        JSON.stringify(sources),
        input.edgesLeftOff,
      ],
    );
    if (look.inputs_digest?.toString("hex") === input.inputsDigest) {
      await tx.query(
        "UPDATE isolation_cell SET observed_at = clock_timestamp() WHERE tenant_id = $1",
        [tenant],
      );
      return unchanged({ changed: [] });
    }
    const changed = await saveCells(tx, tenant, input.cells);
    await saveEdges(tx, tenant, input.edges);
    const output = {
      changed: changed.map(({ eventId: _, factsDigest: __, ...change }) => change),
    };
    const [first, ...more] = changed.map(told(input));
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

/** A source that is away keeps since when, as long as it stays away. */
function withSince(now: SourceState[], stored: unknown[], at: Date): KnownSource[] {
  const before = stored.map((each) => KnownSource.parse(each));
  return now.map((source) => {
    const same = before.find(({ kind, name }) => kind === source.kind && name === source.name);
    const awaySince = source.reason === null ? null : (same?.awaySince ?? at);
    return { ...source, awaySince };
  });
}

async function saveCells(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  cells: z.infer<typeof RecordLookInput>["cells"],
): Promise<Told[]> {
  const before = await tx.query<Before>(
    "SELECT environment, layer, state, facts FROM isolation_cell WHERE tenant_id = $1 FOR UPDATE",
    [tenant],
  );
  const changed: Told[] = [];
  for (const { environment, layer, model, state, facts } of cells) {
    const old = before.find((each) => each.environment === environment && each.layer === layer);
    const body = canonicalJson(facts as unknown as JsonValue);
    const digest = createHash("sha256").update(body).digest();
    await tx.query(
      `INSERT INTO isolation_cell AS c (tenant_id, environment, layer, model, state, since, observed_at, facts, facts_digest)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp(), $6, $7)
       ON CONFLICT (tenant_id, environment, layer) DO UPDATE SET model = excluded.model, state = excluded.state,
         since = CASE WHEN c.state = excluded.state THEN c.since ELSE excluded.since END,
         observed_at = excluded.observed_at, facts = excluded.facts, facts_digest = excluded.facts_digest`,
      [tenant, environment, layer, model, state, body, digest],
    );
    const added = newViolations(old, facts);
    // What is violated already may be violated in one more way: that is news of its own.
    const isWorse = state === "violated" && added.length > 0;
    if (old?.state === state && !isWorse) continue;
    const eventId = uuidv7();
    const factsDigest = digest.toString("hex");
    const change = { environment, layer, before: old?.state ?? null, state, added };
    changed.push({ ...change, eventId, factsDigest });
    await tx.query(
      `INSERT INTO isolation_change (tenant_id, change_id, environment, layer, state_before, state, facts, changed_at, event_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp(), $8)`,
      [tenant, uuidv7(), environment, layer, old?.state ?? null, state, body, eventId],
    );
  }
  await tx.query(
    `DELETE FROM isolation_cell WHERE tenant_id = $1
       AND (environment, layer) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    [tenant, cells.map((each) => each.environment), cells.map((each) => each.layer)],
  );
  return changed;
}

interface Before {
  [column: string]: unknown;
  environment: string;
  layer: string;
  state: Changed[0]["state"];
  facts: StoredFact[];
}

function newViolations(old: Before | undefined, facts: readonly StoredFact[]): StoredFact[] {
  const violating = (list: readonly StoredFact[]) =>
    list.filter(({ verdict }) => verdict === "violates");
  const known = new Set(violating(old?.facts ?? []).map(violationKey));
  return violating(facts).filter((fact) => !known.has(violationKey(fact)));
}

async function saveEdges(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  edges: readonly LookedEdge[],
): Promise<void> {
  const rows = JSON.stringify(edges);
  await tx.query(
    `WITH seen AS (
       SELECT decode(e."edgeId", 'hex') AS edge_id, e.* FROM jsonb_to_recordset($2::jsonb)
         AS e ("edgeId" text, direction text, environment text, cluster text, workload text, ports text,
           "allowedBy" jsonb, peer text, other text)
     ), gone AS (
       DELETE FROM isolation_edge d WHERE d.tenant_id = $1
         AND NOT EXISTS (SELECT 1 FROM seen s WHERE s.edge_id = d.edge_id AND s.direction = d.direction)
     )
     INSERT INTO isolation_edge AS d (tenant_id, edge_id, direction, environment, cluster, workload, ports, allowed_by,
       peer, other, first_seen_at)
     SELECT $1, edge_id, direction, environment, cluster, workload, ports, "allowedBy", decode(peer, 'hex'), other,
       clock_timestamp() FROM seen
     ON CONFLICT (tenant_id, edge_id, direction) DO UPDATE SET environment = excluded.environment,
       ports = excluded.ports, allowed_by = excluded.allowed_by, peer = excluded.peer, other = excluded.other
     WHERE (d.environment, d.ports, d.allowed_by, d.peer, d.other)
       IS DISTINCT FROM (excluded.environment, excluded.ports, excluded.allowed_by, excluded.peer, excluded.other)`,
    [tenant, rows],
  );
}

function told({ cells, sources }: z.infer<typeof RecordLookInput>) {
  return (told: Told): AuditEventDraft => {
    const { environment, layer, before, state, added, eventId, factsDigest } = told;
    const facts =
      cells.find((c) => c.environment === environment && c.layer === layer)?.facts ?? [];
    const codes = facts
      .filter(({ verdict }) =>
        state === "verified" ? verdict === "supports" : verdict !== "supports",
      )
      .map(({ code }) => code);
    return {
      eventId,
      type: `runtime.isolation.${state}`,
      subject: `environment/${environment}`,
      payload: {
        layer,
        before,
        state,
        facts: codesOf(codes),
        ...(added.length > 0 ? { added: codesOf(added.map(({ code }) => code)) } : {}),
        factsDigest,
        sources: sources.map(({ kind, name, digest }) => ({ kind, name, digest })),
      },
    };
  };
}

function codesOf(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort();
}
