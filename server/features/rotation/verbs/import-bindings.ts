import "server-only";
import { lineSaid } from "#server/engines/words/line-said.ts";
import { currentRules } from "#server/features/secret-policies/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { planImport } from "../bindings/plan-import.ts";
import { BindingsImported, ImportBindingsInput } from "../bindings/schema.ts";
import { saveBinding } from "../writes/save-binding.ts";

/**
 * Binds what SecretBinding documents say: all of a text, or nothing of it. Every problem is named at
 * once, with its line and field. The same text again changes nothing.
 */
export const importBindings = verb({
  name: "rotation.importBindings",
  scope: "runtime.secrets.bind",
  input: ImportBindingsInput,
  output: BindingsImported,
  async run({ tx, tenant, actor, input }) {
    const { problems, bindings } = await planImport(tx, tenant, actor, input.yaml, "FOR UPDATE");
    if (problems.length > 0) {
      const found = problems.map(({ line, field, message }) => ({
        line,
        what: [field, message].filter(Boolean).join(" "),
      }));
      const lines = found.map(({ line, what }) => `line ${line}: ${what}`);
      throw new AppError(
        "invalid",
        `yaml: ${lines.join("\n")}`,
        {
          field: "yaml",
          said: { key: "lines.bindings", parts: { lines: found.map(lineSaid) } },
          remedy: "Nothing was bound. Correct these lines and import again.",
        },
        { cause: problems },
      );
    }
    const rules = await currentRules(tx);
    const events: AuditEventDraft[] = [];
    const output: (typeof BindingsImported)["_zod"]["input"]["bindings"] = [];
    for (const { asked, planned, found } of bindings) {
      const { outcome } = planned;
      if (found && outcome === "unchanged") {
        output.push({ bindingId: found.binding_id, name: asked.name, outcome });
        continue;
      }
      const { bindingId, event } = await saveBinding(tx, tenant, rules, asked, planned, found);
      events.push({ ...event, payload: { ...event.payload, reason: input.reason } });
      output.push({ bindingId, name: asked.name, outcome });
    }
    const [first, ...more] = events;
    return first ? audited({ bindings: output }, first, ...more) : unchanged({ bindings: output });
  },
});
