import "server-only";
import type { TextProblem } from "#server/engines/catalyst-documents/read-documents.ts";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type FoundBinding, findBindings, placeKey } from "./find-bindings.ts";
import { parseBindings } from "./parse-bindings.ts";
import { type Asked, bindingJudgement, type PlannedBinding, planBinding } from "./plan-binding.ts";

export interface ImportPlan {
  /** With any problem there are no bindings. */
  problems: TextProblem[];
  bindings: { asked: Asked; planned: PlannedBinding; found: FoundBinding | undefined }[];
}

/** What importing a text would make, change and leave as it is; every problem with line and field. */
export async function planImport(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  yaml: string,
  lock: "" | "FOR UPDATE" = "",
): Promise<ImportPlan> {
  const { bindings, problems } = parseBindings(yaml);
  if (problems.length > 0) return { problems, bindings: [] };
  const places = bindings.map(({ asked }) => asked);
  const stored = await findBindings(tx, tenant, places, lock);
  const judgement = await bindingJudgement(tx, tenant, actor);
  const planned: ImportPlan["bindings"] = [];
  for (const { asked, locate } of bindings) {
    const found = stored.get(placeKey(asked));
    try {
      planned.push({ asked, found, planned: planBinding(judgement, asked, found) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { field = "path", remedy } = error.details;
      // The message begins with the field as `bindSecret` calls it; here the document's own word stands.
      const message = error.message.replace(`${field}: `, "");
      problems.push({ ...locate(field), message: [message, remedy].filter(Boolean).join(". ") });
    }
  }
  return problems.length > 0 ? { problems, bindings: [] } : { problems, bindings: planned };
}
