import "server-only";
import type { PolicyDecision as DecisionRow } from "#prisma-client";
import { exchangeSaid, type RecordedExchange } from "#server/platform/authz/governed-decision.ts";
import type { PolicyAction, PolicyDecision } from "#server/platform/authz/policy-request.ts";
import type { PolicyTexts } from "#server/platform/authz/policy-set.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { wordsOfPolicy } from "./policy-words.ts";
import type {
  DecisionDetail,
  DecisionPage,
  DecisionSummary,
  ListDecisionsInput,
} from "./schema.ts";

/** Decisions, newest first (their ids are in the order of time). */
export async function decisions(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { outcome, limit, cursor }: ListDecisionsInput,
): Promise<DecisionPage> {
  const rows = await tx.db.policyDecision.findMany({
    where: {
      tenantId: tenant,
      ...(outcome ? { outcome } : {}),
      ...(cursor ? { decisionId: { lt: cursor } } : {}),
    },
    orderBy: { decisionId: "desc" },
    take: limit + 1,
  });
  const page = rows.slice(0, limit);
  const names = await namesOf(tx, tenant, page);
  const items = page.map((row) => summaryOf(row, names));
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.decisionId ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** One decision with everything it was made from; undefined when absent or foreign. */
export async function decision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decisionId: string,
): Promise<DecisionDetail | undefined> {
  const row = await findRow(tx, tenant, decisionId);
  if (!row) return undefined;
  return {
    ...summaryOf(row, await namesOf(tx, tenant, [row])),
    request: row.request,
    entities: row.entities,
    policySetDigest: hex(row.policySetDigest),
    schemaDigest: hex(row.schemaDigest),
    digest: hex(row.digest),
    exchange: row.exchange ? exchangeView(row.exchange) : null,
  };
}

function exchangeView(exchange: string): NonNullable<DecisionDetail["exchange"]> {
  const { engine: _, ...kept } = JSON.parse(exchange) as RecordedExchange;
  return { ...kept, reasons: exchangeSaid(exchange).reasons };
}

/** The decision as the engine made it, to be made again. */
export async function recordedDecision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decisionId: string,
): Promise<PolicyDecision | undefined> {
  const row = await findRow(tx, tenant, decisionId);
  if (!row) return undefined;
  return {
    engine: row.engine as PolicyDecision["engine"],
    exchange: row.exchange,
    action: row.action as PolicyAction,
    outcome: row.outcome as PolicyDecision["outcome"],
    reasons: row.reasons,
    errors: row.errors,
    policySetDigest: Buffer.from(row.policySetDigest),
    schemaDigest: Buffer.from(row.schemaDigest),
    engineVersion: row.engineVersion,
    request: row.request,
    entities: row.entities,
    digest: Buffer.from(row.digest),
  };
}

/** The rules that a decision was made by; null when one of the two texts was never stored. */
export async function storedTexts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { policySetDigest, schemaDigest }: PolicyDecision,
): Promise<PolicyTexts | null> {
  const rows = await tx.query<{ digest: Buffer; body: string }>(
    "SELECT digest, body FROM policy_set WHERE tenant_id = $1 AND digest IN ($2, $3)",
    [tenant, policySetDigest, schemaDigest],
  );
  const bodyOf = (digest: Buffer) => rows.find((row) => row.digest.equals(digest))?.body;
  const [policySet, schema] = [bodyOf(policySetDigest), bodyOf(schemaDigest)];
  return policySet === undefined || schema === undefined ? null : { policySet, schema };
}

function findRow(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decisionId: string,
): Promise<DecisionRow | null> {
  return tx.db.policyDecision.findUnique({
    where: { tenantId_decisionId: { tenantId: tenant, decisionId } },
  });
}

interface Uid {
  type: string;
  id: string;
}

/** The names of those who were judged, by their uid's id, as the identity provider last told them. */
async function namesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rows: readonly DecisionRow[],
): Promise<Map<string, string>> {
  const ids = new Set(
    rows.map((row) => (JSON.parse(row.request) as { principal: Uid }).principal.id),
  );
  const people = [...ids]
    .filter((id) => id.startsWith("["))
    .map((id) => JSON.parse(id) as string[]);
  const found = await tx.query<{ issuer: string; subject: string; name: string }>(
    `SELECT DISTINCT ON (r.issuer, r.subject) r.issuer, r.subject, r.person_name AS name
     FROM unnest($2::text[], $3::text[]) AS asked (issuer, subject)
     JOIN access_standing_role r ON r.tenant_id = $1 AND r.issuer = asked.issuer AND r.subject = asked.subject`,
    [tenant, people.map(([issuer]) => issuer ?? ""), people.map(([, subject]) => subject ?? "")],
  );
  return new Map(
    found.map(({ issuer, subject, name }) => [JSON.stringify([issuer, subject]), name]),
  );
}

function summaryOf(row: DecisionRow, names: ReadonlyMap<string, string>): DecisionSummary {
  const { principal, resource } = JSON.parse(row.request) as { principal: Uid; resource: Uid };
  return {
    decisionId: row.decisionId,
    action: row.action,
    outcome: row.outcome as DecisionSummary["outcome"],
    principal: `${principal.type}::${JSON.stringify(principal.id)}`,
    principalName: names.get(principal.id) ?? null,
    resource: `${resource.type}::${JSON.stringify(resource.id)}`,
    reasons: row.reasons.map((policyId) => ({ policyId, words: wordsOfPolicy(policyId) })),
    errors: row.errors,
    engine: row.engine as DecisionSummary["engine"],
    engineVersion: row.engineVersion,
    decidedAt: row.decidedAt,
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
