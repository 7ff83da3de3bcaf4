import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { frameworkOf } from "#server/engines/compliance/frameworks.ts";
import { assessmentResults } from "#server/engines/oscal/assessment-results.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { checkStates, controlView, lookedAt } from "../queries.ts";
import { ExportOscalInput, OscalExport } from "../schema.ts";
import { checkWords, controlWords } from "../words.ts";

/**
 * Hands out one framework's states as OSCAL assessment results. Who took it, and which bytes, is an
 * event. Throws `unavailable` before the first look: there is nothing to hand out.
 */
export const exportOscal = verb({
  name: "compliance.exportOscal",
  scope: "runtime.compliance.read",
  input: ExportOscalInput,
  output: OscalExport,
  async run({ tx, tenant, input }) {
    const at = await lookedAt(tx, tenant);
    if (!at) {
      throw new AppError("unavailable", "Compliance was not judged yet.", {
        remedy: "Try again when the worker has looked: within minutes of its start.",
      });
    }
    const { id, title, controls } = frameworkOf(input.framework);
    const all = await checkStates(tx, tenant);
    const used = new Set(controls.flatMap(({ checks }) => checks));
    const json = canonicalJson(
      assessmentResults({
        tenant,
        sovereign: env().SOVEREIGN,
        framework: { id, title },
        at: at.toISOString(),
        controls: controls.map((control) => ({
          id: control.id,
          title: controlWords(id, control.id),
          state: controlView(control, all).state,
          checks: control.checks,
        })),
        checks: all
          .filter(({ checkId }) => used.has(checkId))
          .map(({ checkId, state, reason, params, evidence }) => ({
            checkId,
            title: checkWords(checkId),
            state,
            reason,
            params,
            evidence,
          })),
      }),
    );
    const digest = createHash("sha256").update(json).digest("hex");
    return audited(
      { framework: id, lookedAt: at, digest, json },
      {
        type: "runtime.compliance.exported",
        subject: `compliance-framework/${id}`,
        payload: {
          framework: id,
          format: "oscal-assessment-results",
          digest,
          lookedAt: at.toISOString(),
        },
      },
    );
  },
});
