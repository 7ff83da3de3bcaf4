import "server-only";
import type { z } from "zod";
import { derivedModel, LAYERS, type Model } from "#server/engines/isolation/declaration.ts";
import { type CellLayer, type CellState, VERDICTS } from "#server/engines/isolation/fact.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type {
  AuthorizedTenantId,
  AuthorizedTenantSet,
} from "#server/platform/tenancy/authorized-tenant.ts";
import { peerRef } from "./peer-ref.ts";
import type { DeclarationInput, ENVIRONMENTS, KnownSource, StoredFact } from "./schema.ts";
import type { CellDetail, Declared, FactView, Matrix, MatrixRow } from "./views.ts";

type Environment = (typeof ENVIRONMENTS)[number];

interface CellRow {
  tenant: string;
  layer: CellLayer;
  model: Model | null;
  state: CellState;
  since: Date;
  observedAt: Date;
  findings: number;
}

/** Every tenant of the set, layer by layer. The Sovereign has no row: it is nobody's tenant. */
export async function matrix(
  tx: TenantTx,
  tenants: AuthorizedTenantSet,
  environment: Environment,
): Promise<z.input<typeof Matrix>> {
  const names = await tx.query<{ tenant: string; displayName: string }>(
    `SELECT tenant_id AS tenant, display_name AS "displayName" FROM tenant
     WHERE tenant_id = ANY ($1) AND kind <> 'sovereign' ORDER BY tenant_id`,
    [tenants],
  );
  const declared = await tx.query<{ tenant: string; declaration: DeclarationInput }>(
    `SELECT DISTINCT ON (tenant_id) tenant_id AS tenant, declaration FROM runtime_tenant_binding
     WHERE tenant_id = ANY ($1) AND environment = $2 ORDER BY tenant_id, version DESC`,
    [tenants, environment],
  );
  const cells = await tx.query<CellRow>(
    `SELECT tenant_id AS tenant, layer, model, state, since, observed_at AS "observedAt",
       (SELECT count(*)::int FROM jsonb_array_elements(facts) f WHERE f ->> 'verdict' =
          CASE state WHEN 'violated' THEN 'violates' WHEN 'unknown' THEN 'unknown' ELSE 'supports' END) AS findings
     FROM isolation_cell WHERE tenant_id = ANY ($1) AND environment = $2`,
    [tenants, environment],
  );
  const sources = await tx.query<{ sources: KnownSource[] }>(
    "SELECT sources FROM isolation_look WHERE tenant_id = ANY ($1) ORDER BY finished_at DESC NULLS LAST LIMIT 1",
    [tenants],
  );
  const cellsOf = Map.groupBy(cells, ({ tenant }) => tenant);
  const declarations = new Map(declared.map((each) => [each.tenant, each.declaration]));
  const rows = names.map(({ tenant, displayName }): z.input<typeof MatrixRow> => {
    const own = cellsOf.get(tenant) ?? [];
    const declaration = declarations.get(tenant);
    const residency = own.find(({ layer }) => layer === "residency");
    return {
      tenant,
      displayName,
      model: declaration ? derivedModel(declaration) : null,
      regions: declaration?.regions ?? [],
      observedAt: own[0]?.observedAt ?? null,
      cells: LAYERS.map((layer) => {
        const cell = own.find((each) => each.layer === layer);
        // Declared but not looked at yet: the model is known, the rest is not.
        return {
          layer,
          model: declaration?.[layer].model ?? null,
          state: cell?.state ?? "unknown",
          since: cell?.since ?? null,
          findings: cell?.findings ?? 0,
        };
      }),
      residency: {
        state: residency?.state ?? "unknown",
        since: residency?.since ?? null,
        findings: residency?.findings ?? 0,
      },
    };
  });
  return {
    asOf: await tx.startedAt(),
    environment,
    rows,
    sources: knownSources(sources[0]?.sources),
  };
}

const MOST_HISTORY = 50;

/** What one cell was made from. Names of other tenants only where `known` has them. */
export async function cellDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { environment, layer }: { environment: Environment; layer: CellLayer },
  known: readonly string[],
): Promise<z.input<typeof CellDetail>> {
  const [cell] = await tx.query<CellRow & { facts: StoredFact[]; digest: string }>(
    `SELECT layer, model, state, since, observed_at AS "observedAt", facts, encode(facts_digest, 'hex') AS digest
     FROM isolation_cell WHERE tenant_id = $1 AND environment = $2 AND layer = $3`,
    [tenant, environment, layer],
  );
  const [binding] = await tx.query<{ version: number; declaration: DeclarationInput }>(
    `SELECT version, declaration FROM runtime_tenant_binding WHERE tenant_id = $1 AND environment = $2
     ORDER BY version DESC LIMIT 1`,
    [tenant, environment],
  );
  const history = await tx.query<z.input<typeof CellDetail>["history"][number]>(
    `SELECT change_id AS "changeId", state_before AS before, state, changed_at AS at, event_id AS "eventId"
     FROM isolation_change
     WHERE tenant_id = $1 AND environment = $2 AND layer = $3 ORDER BY change_id DESC LIMIT $4`,
    [tenant, environment, layer, MOST_HISTORY],
  );
  const [look] = await tx.query<{ sources: KnownSource[] }>(
    "SELECT sources FROM isolation_look WHERE tenant_id = $1",
    [tenant],
  );
  const facts = (cell?.facts ?? []).map((fact) => withPeerName(fact, known));
  facts.sort((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  return {
    asOf: await tx.startedAt(),
    environment,
    layer,
    model: layer === "residency" ? null : (binding?.declaration[layer].model ?? null),
    state: cell?.state ?? "unknown",
    since: cell?.since ?? null,
    observedAt: cell?.observedAt ?? null,
    factsDigest: cell?.digest ?? null,
    facts,
    sources: knownSources(look?.sources),
    declaredVersion: binding?.version ?? null,
    history,
  };
}

function withPeerName({ peer, ...fact }: StoredFact, known: readonly string[]): FactView {
  if (peer === null) return fact;
  return { ...fact, peer: known.find((tenant) => peerRef(tenant) === peer) ?? null };
}

export function knownSources(stored: readonly KnownSource[] | undefined): KnownSource[] {
  const date = (value: Date | string | null) => (value === null ? null : new Date(value));
  return (stored ?? []).map((source) => ({
    ...source,
    takenAt: date(source.takenAt),
    awaySince: date(source.awaySince),
    ...(source.unread
      ? { unread: source.unread.map((each) => ({ ...each, since: new Date(each.since) })) }
      : {}),
  }));
}

/** What was declared of one environment, the newest version first. */
export async function declaredVersions(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  environment: Environment,
): Promise<z.input<typeof Declared>> {
  const versions = await tx.query<z.input<typeof Declared>["versions"][number]>(
    `SELECT version, declaration, reason, saved_by_name AS "savedByName", saved_at AS "savedAt"
     FROM runtime_tenant_binding WHERE tenant_id = $1 AND environment = $2 ORDER BY version DESC LIMIT 100`,
    [tenant, environment],
  );
  return { asOf: await tx.startedAt(), environment, versions };
}
