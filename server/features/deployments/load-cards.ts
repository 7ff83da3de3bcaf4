import "server-only";
import { answerablePeople, approvalDetails } from "#server/features/approvals/index.ts";
import { elevationAmong, executorsNow } from "#server/features/elevation/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { CardParts } from "./card-views.ts";
import { type DeploymentRow, imagesOf, revisionKey } from "./deployment-rows.ts";
import { environmentRows } from "./environment-rows.ts";
import { findingsOf } from "./evidence-rows.ts";
import { runningOf } from "./running-rows.ts";

/** Joins rows with everything that their cards are made of, in a fixed number of statements. */
export async function loadCards(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rows: readonly DeploymentRow[],
  viewer: Caller,
): Promise<CardParts[]> {
  const approvalIds = rows.map(({ approval_id }) => approval_id);
  // Sent together: a page costs as many waits as statements that need another's answer.
  const [running, findings, environments, approvals, people, executors, mentions] =
    await Promise.all([
      runningOf(tx, tenant, rows),
      findingsOf(
        tx,
        tenant,
        rows.filter(({ evidence }) => evidence),
      ),
      environmentRows(tx, tenant),
      approvalDetails(tx, tenant, approvalIds, viewer),
      answerablePeople(tx, tenant, approvalIds),
      executorsNow(tx, tenant),
      mentionsOf(
        tx,
        tenant,
        rows.map(({ deployment_id }) => deployment_id),
      ),
    ]);
  const images = await imagesOf(tx, tenant, [...rows, ...running]);
  return rows.flatMap((row) => {
    const approval = approvals.get(row.approval_id);
    const environment = environments.find((each) => each.environment === row.environment);
    if (!approval || !environment) return [];
    const runs = running.find(
      (each) => each.environment === row.environment && each.service === row.service,
    );
    return {
      row,
      images: images.get(revisionKey(row)) ?? [],
      findings: findings.get(revisionKey(row)) ?? [],
      approval,
      environment,
      running: runs && { ...runs, images: images.get(revisionKey(runs)) ?? [] },
      mentions: mentions.get(row.deployment_id) ?? [],
      elevation: elevationAmong(executors, people.get(row.approval_id) ?? [], row.environment),
    };
  });
}

async function mentionsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  ids: readonly string[],
): Promise<Map<string, string[]>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ deployment_id: string; names: string[] }>(
    `SELECT c.deployment_id, array_agg(DISTINCT m.name) AS names
     FROM deployment_comment c, unnest(c.mentions) AS m (name)
     WHERE c.tenant_id = $1 AND c.deployment_id = ANY ($2::uuid[]) GROUP BY c.deployment_id`,
    [tenant, ids],
  );
  return new Map(rows.map(({ deployment_id, names }) => [deployment_id, names]));
}
