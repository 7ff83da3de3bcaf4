import "server-only";
import type { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import {
  digestOf,
  EVIDENCE_FORMAT,
  sealedDocument,
} from "#server/engines/isolation/evidence-document.ts";
import type { CellState } from "#server/engines/isolation/fact.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { bindingsInForce } from "./binding-rows.ts";
import { knownSources } from "./queries.ts";
import type { KnownSource, StoredFact } from "./schema.ts";
import type { CellEvidence, CellInput } from "./views.ts";

const MOST_CHANGES = 50;

/**
 * One cell with everything it was made from, for an auditor: neighbours stay opaque, as they are stored,
 * so that the digests can be computed again. `console isolation verify` does so.
 */
export async function cellEvidence(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { environment, layer }: z.output<typeof CellInput>,
): Promise<z.input<typeof CellEvidence>> {
  const [cell] = await tx.query<{
    state: CellState;
    since: Date;
    observedAt: Date;
    facts: StoredFact[];
    digest: string;
  }>(
    `SELECT state, since, observed_at AS "observedAt", facts, encode(facts_digest, 'hex') AS digest
     FROM isolation_cell WHERE tenant_id = $1 AND environment = $2 AND layer = $3`,
    [tenant, environment, layer],
  );
  if (!cell) throw notFound("cell of the isolation matrix");
  const changes = await tx.query<{
    before: CellState | null;
    state: CellState;
    at: Date;
    eventId: string | null;
    facts: StoredFact[];
  }>(
    `SELECT state_before AS before, state, changed_at AS at, event_id AS "eventId", facts FROM isolation_change
     WHERE tenant_id = $1 AND environment = $2 AND layer = $3 ORDER BY change_id DESC LIMIT $4`,
    [tenant, environment, layer, MOST_CHANGES],
  );
  const [look] = await tx.query<{ sources: KnownSource[] }>(
    "SELECT sources FROM isolation_look WHERE tenant_id = $1",
    [tenant],
  );
  const bindings = await bindingsInForce(tx, tenant);
  const binding = bindings.find((each) => each.environment === environment);
  return sealedDocument({
    format: EVIDENCE_FORMAT,
    tenant,
    environment,
    layer,
    state: cell.state,
    since: cell.since.toISOString(),
    observedAt: cell.observedAt.toISOString(),
    declared: binding ? { version: binding.version, declaration: binding.declaration } : null,
    facts: cell.facts,
    factsDigest: cell.digest,
    sources: knownSources(look?.sources).map(
      ({ kind, name, digest, takenAt, awaySince, reason }) => ({
        kind,
        name,
        digest,
        takenAt: takenAt?.toISOString() ?? null,
        awaySince: awaySince?.toISOString() ?? null,
        reason,
      }),
    ),
    changes: changes.map(({ before, state, at, eventId, facts }) => ({
      before,
      state,
      at: at.toISOString(),
      eventId,
      factsDigest: digestOf(facts as unknown as JsonValue),
    })),
    exportedAt: (await tx.startedAt()).toISOString(),
  } as const);
}
