import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { CatalogEvidence } from "#server/engines/isolation/judge-data.ts";
import type { SourceState } from "#server/features/isolation/schema.ts";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";

/** The name by which a declaration means the console's own database. */
const NAME = "console";

/** The console's own database, as its catalog tells of row security: the wall that test/catalog proves. */
export async function readOwnCatalog(): Promise<{
  evidence: CatalogEvidence;
  source: SourceState;
}> {
  const rows = await findDueKeys<{ table_name: string; is_forced: boolean; policies: number }>(
    "app.row_security_facts()",
  );
  const logins = await findDueKeys<{ login: string }>("app.unbound_logins()");
  const evidence = {
    name: NAME,
    tables: rows.map((row) => ({
      name: row.table_name,
      isForced: row.is_forced,
      policies: row.policies,
    })),
    unboundLogins: logins.map(({ login }) => login),
  };
  const digest = createHash("sha256")
    .update(canonicalJson(evidence as unknown as JsonValue))
    .digest("hex");
  return { evidence, source: { kind: "catalog", name: NAME, digest, takenAt: null, reason: null } };
}
