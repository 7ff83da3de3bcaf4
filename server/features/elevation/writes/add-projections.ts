import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { identityOf } from "#server/features/approvals/index.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { ProjectionTarget } from "../elevation-policy-spec.ts";

/** Notes where a grant shall hold too: the intent, before the worker does anything. */
export async function addProjections(
  { tx, tenant, actor }: VerbContext<unknown>,
  grantId: string,
  startsAt: Date,
  targets: readonly ProjectionTarget[],
): Promise<void> {
  const person = identityOf(actor);
  for (const { kind, ...target } of targets) {
    const key = canonicalJson({
      kind,
      target: target as unknown as JsonValue,
      person: { ...person },
    });
    await tx.query(
      `INSERT INTO elevation_projection (tenant_id, projection_id, grant_id, kind, target, target_key, state, due_at, created_at)
       VALUES ($1, $2, $3, $4, $5::jsonb, $6, 'wanted', $7, clock_timestamp())
       ON CONFLICT (tenant_id, grant_id, target_key) DO NOTHING`,
      [tenant, uuidv7(), grantId, kind, JSON.stringify(target), key, startsAt],
    );
  }
}
