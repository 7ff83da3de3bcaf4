import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SeenFinding } from "./look-schema.ts";

/** That it was the console itself, and the event that tells. */
export type Ours = {
  kind: "deployment" | "remediation" | "projection";
  eventId: string | null;
  what: string;
};

/** Field managers of the console: role bindings of elevation, and what it remedies. */
const OWN_MANAGER = /^sovereign-console(-|$)/;
const PROJECTED = /^elevation-([0-9a-f-]{36})$/;
const DIGEST = /sha256:[0-9a-f]{64}/g;

/**
 * Which of these the console did itself: a role binding that it projected, an object that it remedied
 * last, an image that a recorded deployment put there.
 */
export async function oursOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  seen: readonly SeenFinding[],
): Promise<Map<string, Ours>> {
  const found = new Map<string, Ours>();
  const own = seen.filter(({ managers }) => managers.some((name) => OWN_MANAGER.test(name)));
  for (const finding of own) {
    const projection = PROJECTED.exec(finding.name)?.[1];
    const ours = projection
      ? await ofProjection(tx, tenant, projection)
      : await ofRemediation(tx, tenant, finding);
    if (ours) found.set(finding.fingerprint, ours);
  }
  const digests = new Map<string, string[]>();
  for (const { fingerprint, differences } of seen) {
    const images = differences
      .filter(({ path }) => path.endsWith("/image"))
      .flatMap(({ live }) => (typeof live === "string" ? (live.match(DIGEST) ?? []) : []));
    if (images.length > 0 && !found.has(fingerprint)) digests.set(fingerprint, images);
  }
  const deployed = await ofDeployments(tx, tenant, [...new Set([...digests.values()].flat())]);
  for (const [fingerprint, images] of digests) {
    const ours = images.flatMap((digest) => deployed.get(digest) ?? [])[0];
    if (ours) found.set(fingerprint, ours);
  }
  return found;
}

async function ofProjection(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  projectionId: string,
): Promise<Ours | undefined> {
  const [row] = await tx.query<{ event_id: string | null }>(
    `SELECT (SELECT e.event_id FROM audit_event e WHERE e.tenant_id = p.tenant_id
         AND e.subject = 'elevation-grant/' || p.grant_id::text ORDER BY e.recorded_at DESC LIMIT 1) AS event_id
     FROM elevation_projection p WHERE p.tenant_id = $1 AND p.projection_id = $2`,
    [tenant, projectionId],
  );
  return row && { kind: "projection", eventId: row.event_id, what: `elevation-${projectionId}` };
}

/** The remediation tells of its object by the finding that it was about. */
async function ofRemediation(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { cluster, apiVersion, kind, namespace, name, managers }: SeenFinding,
): Promise<Ours> {
  const [row] = await tx.query<{ event_id: string | null }>(
    `SELECT c.event_id FROM drift_finding f
     JOIN drift_change c ON c.tenant_id = f.tenant_id AND c.finding_id = f.finding_id AND c.kind = 'remediating'
     WHERE f.tenant_id = $1 AND f.cluster = $2 AND f.api_version = $3 AND f.kind = $4
       AND f.namespace IS NOT DISTINCT FROM $5 AND f.name = $6
     ORDER BY c.change_id DESC LIMIT 1`,
    [tenant, cluster, apiVersion, kind, namespace, name],
  );
  const what = managers.find((each) => OWN_MANAGER.test(each)) ?? "sovereign-console";
  return { kind: "remediation", eventId: row?.event_id ?? null, what };
}

async function ofDeployments(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  digests: readonly string[],
): Promise<Map<string, Ours>> {
  if (digests.length === 0) return new Map();
  const rows = await tx.query<{ digest: string; service: string; event_id: string | null }>(
    `SELECT DISTINCT ON (i.digest) i.digest, r.service,
       (SELECT h.event_id FROM deployment_history h WHERE h.tenant_id = r.tenant_id AND h.deployment_id = r.deployment_id
        ORDER BY h.entry_no DESC LIMIT 1) AS event_id
     FROM deployment_image i JOIN deployment_request r ON r.tenant_id = i.tenant_id AND r.deployment_id = i.deployment_id
     WHERE i.tenant_id = $1 AND i.digest = ANY ($2::text[]) AND r.state IN ('executing', 'succeeded', 'failed', 'rolled_back')
     ORDER BY i.digest, i.deployment_id DESC`,
    [tenant, digests],
  );
  return new Map(
    rows.map(({ digest, service, event_id }) => [
      digest,
      { kind: "deployment" as const, eventId: event_id, what: service },
    ]),
  );
}
