import "server-only";
import { ENVIRONMENTS } from "#server/engines/deployments/environment-policy.ts";
import { askableScopes } from "#server/engines/elevation/elevation-policy.ts";
import { approvalDetails } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { demandsElevation } from "#server/platform/authz/production-rights.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { ElevationPolicySpec } from "./elevation-policy-spec.ts";
import type {
  ElevationOverview,
  GrantDetail,
  GrantView,
  OfferView,
  RequestDetail,
  RequestView,
} from "./elevation-views.ts";
import { findGrant, GRANT_COLUMNS, type GrantRow } from "./grant-rows.ts";
import { grantView, requestView } from "./make-views.ts";
import { policyRows } from "./policy-rows.ts";
import { projectionsOf } from "./projection-rows.ts";
import { type ElevationRequestRow, findElevationRequest, REQUEST_COLUMNS } from "./request-rows.ts";

const MOST = 200;

/** One's own grants that are live or still to start: for the banner on every page. */
export async function ownElevation(tx: TenantTx, tenant: AuthorizedTenantId, { actor }: Caller) {
  if (actor.kind !== "user") return { grants: [], asOf: await tx.startedAt() };
  const rows = await tx.query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM elevation_grant
     WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3 AND state = 'granted'
       AND ends_at > clock_timestamp() ORDER BY ends_at LIMIT 20`,
    [tenant, actor.issuer, actor.subject],
  );
  return {
    grants: rows.map((row) => ({
      grantId: row.grant_id,
      kind: row.kind,
      environment: row.environment,
      scopes: row.scopes,
      startsAt: row.starts_at,
      endsAt: row.ends_at,
    })),
    asOf: await tx.startedAt(),
  };
}

/** Who holds what, who asks for what, and what ended lately. */
export async function elevationOverview(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  viewer: Caller,
): Promise<ElevationOverview> {
  const open = await tx.query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM elevation_grant g
     WHERE tenant_id = $1 AND ((state = 'granted' AND ends_at > clock_timestamp())
       OR EXISTS (SELECT FROM elevation_projection p
         WHERE p.tenant_id = $1 AND p.grant_id = g.grant_id AND p.state <> 'gone'))
     ORDER BY ends_at, grant_id LIMIT ${MOST}`,
    [tenant],
  );
  const ended = await tx.query<GrantRow>(
    `SELECT ${GRANT_COLUMNS} FROM elevation_grant g
     WHERE tenant_id = $1 AND (state <> 'granted' OR ends_at <= clock_timestamp())
       AND NOT EXISTS (SELECT FROM elevation_projection p
         WHERE p.tenant_id = $1 AND p.grant_id = g.grant_id AND p.state <> 'gone')
     ORDER BY coalesce(revoked_at, ends_at) DESC LIMIT 30`,
    [tenant],
  );
  const { actor } = viewer;
  const person = actor.kind === "user" ? [actor.issuer, actor.subject] : ["", ""];
  const requests = await tx.query<ElevationRequestRow>(
    `(SELECT ${REQUEST_COLUMNS} FROM elevation_request
       WHERE tenant_id = $1 AND state = 'waiting' AND expires_at > clock_timestamp() ORDER BY expires_at LIMIT ${MOST})
     UNION ALL (SELECT ${REQUEST_COLUMNS} FROM elevation_request
       WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3
         AND (state <> 'waiting' OR expires_at <= clock_timestamp())
       ORDER BY request_id DESC LIMIT 10)`,
    [tenant, ...person],
  );
  return {
    grants: await grantViews(tx, tenant, open, viewer),
    ended: await grantViews(tx, tenant, ended, viewer),
    requests: await requestViews(tx, tenant, requests, viewer),
    asOf: await tx.startedAt(),
  };
}

async function grantViews(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rows: readonly GrantRow[],
  viewer: Caller,
): Promise<GrantView[]> {
  const projections = await projectionsOf(
    tx,
    tenant,
    rows.map(({ grant_id }) => grant_id),
  );
  return rows.map((row) => grantView(row, projections.get(row.grant_id) ?? [], viewer));
}

async function requestViews(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rows: readonly ElevationRequestRow[],
  viewer: Caller,
): Promise<RequestView[]> {
  const ids = rows.map(({ approval_id }) => approval_id);
  const approvals = await approvalDetails(tx, tenant, ids, viewer);
  return rows.flatMap((row) => {
    const approval = approvals.get(row.approval_id);
    return approval ? requestView(row, approval, viewer) : [];
  });
}

/** One request with its approval, its grant and everything that happened; undefined when absent. */
export async function requestDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  requestId: string,
  viewer: Caller,
): Promise<RequestDetail | undefined> {
  const row = await findElevationRequest(tx, tenant, requestId);
  if (!row) return undefined;
  const approvals = await approvalDetails(tx, tenant, [row.approval_id], viewer);
  const approval = approvals.get(row.approval_id);
  if (!approval) return undefined;
  const grant = row.grant_id ? await findGrant(tx, tenant, row.grant_id) : undefined;
  const [view] = grant ? await grantViews(tx, tenant, [grant], viewer) : [];
  return {
    ...requestView(row, approval, viewer),
    approval,
    grant: view ?? null,
    timeline: await timelineOf(tx, tenant, { requestId, grantId: row.grant_id }),
    asOf: await tx.startedAt(),
  };
}

export async function grantDetail(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  grantId: string,
  viewer: Caller,
): Promise<GrantDetail | undefined> {
  const row = await findGrant(tx, tenant, grantId);
  if (!row) return undefined;
  const [view] = await grantViews(tx, tenant, [row], viewer);
  if (!view) return undefined;
  const timeline = await timelineOf(tx, tenant, { requestId: null, grantId });
  return { ...view, timeline, asOf: await tx.startedAt() };
}

function timelineOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { requestId, grantId }: { requestId: string | null; grantId: string | null },
) {
  return tx.query<RequestDetail["timeline"][number]>(
    `SELECT entry_id AS "entryId", act, actor_name AS actor, note, event_id AS "eventId", at FROM elevation_history
     WHERE tenant_id = $1 AND (request_id = $2 OR grant_id = $3) ORDER BY entry_id LIMIT 500`,
    [tenant, requestId, grantId],
  );
}

/** Every environment with what may be asked for there. */
export async function offers(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { actor }: Caller,
): Promise<OfferView[]> {
  const rows = await policyRows(tx, tenant);
  const roles = actor.kind === "user" ? actor.roles : [];
  const items: OfferView[] = [];
  for (const environment of ENVIRONMENTS) {
    const row = rows.find((each) => each.environment === environment);
    items.push({
      environment,
      isDemanded: await demandsElevation(tx, tenant, environment),
      policy: row ? ElevationPolicySpec.parse(row.spec) : null,
      version: row?.version ?? 0,
      savedBy: row?.saved_by_name ?? null,
      savedAt: row?.saved_at ?? null,
      yours: row ? askableScopes(row.spec, roles) : [],
    });
  }
  return items;
}
