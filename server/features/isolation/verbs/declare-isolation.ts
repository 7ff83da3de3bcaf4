import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { bindingsInForce } from "../binding-rows.ts";
import { DeclareIsolationInput, IsolationDeclared } from "../schema.ts";

/**
 * Declares the isolation of one environment: a new version of its RuntimeTenantBinding. The next look
 * judges by it. Throws `stale` when another version is in force than the change was made from.
 */
export const declareIsolation = verb({
  name: "isolation.declare",
  scope: "runtime.isolation.manage",
  input: DeclareIsolationInput,
  output: IsolationDeclared,
  async run({ tx, tenant, actor, input }) {
    const { environment, declaration, basedOn, reason } = input;
    const all = await bindingsInForce(tx, tenant);
    const before = all.find((each) => each.environment === environment);
    const text = canonicalJson(declaration as unknown as JsonValue);
    if (before && canonicalJson(before.declaration as unknown as JsonValue) === text) {
      const { version } = before;
      return unchanged({ environment, version, outcome: "unchanged" as const });
    }
    const version = (before?.version ?? 0) + 1;
    const eventId = uuidv7();
    const saved =
      basedOn === version - 1
        ? await tx.query(
            `INSERT INTO runtime_tenant_binding (tenant_id, environment, version, declaration, reason,
               saved_by_name, event_id, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp())
             ON CONFLICT DO NOTHING RETURNING version`,
            [tenant, environment, version, text, reason, displayNameOf(actor), eventId],
          )
        : [];
    if (saved.length === 0) {
      throw new AppError("stale", `What is declared of ${environment} was changed meanwhile.`, {
        said: { key: "changed.declaration", args: { environment } },
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
      });
    }
    return audited(
      { environment, version, outcome: before ? ("changed" as const) : ("created" as const) },
      {
        eventId,
        type: "runtime.isolation.declared",
        subject: `environment/${environment}`,
        payload: {
          version,
          reason,
          before: (before?.declaration ?? null) as unknown as JsonValue,
          after: declaration as unknown as JsonValue,
        },
      },
    );
  },
});
