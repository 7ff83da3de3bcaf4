import "server-only";
import { z } from "zod";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { bindSecret } from "../verbs/bind-secret.ts";
import { importBindings } from "../verbs/import-bindings.ts";
import { unbindSecret } from "../verbs/unbind-secret.ts";
import { planImport } from "./plan-import.ts";
import { RotatorForm, rotatorForms } from "./rotator-form.ts";
import { PreviewBindingsInput, PreviewBindingsOutput } from "./schema.ts";

export const bindingsRouter = router({
  bind: verbProcedure(bindSecret),
  unbind: verbProcedure(unbindSecret),
  import: verbProcedure(importBindings),
  /** What each kind of rotator takes: the fields of the form, of the API and of documents. */
  forms: readProcedure("runtime.secrets.read")
    .output(z.array(RotatorForm))
    .query(() => rotatorForms()),
  /** What importing a text would make and change; every problem with its line and field. */
  preview: readProcedure("runtime.secrets.read")
    .input(PreviewBindingsInput)
    .output(PreviewBindingsOutput)
    .query(async ({ ctx, input }) => {
      const { tenant, actor } = ctx.caller;
      const { problems, bindings } = await planImport(ctx.tx, tenant, actor, input.yaml);
      return {
        asOf: await ctx.tx.startedAt(),
        problems,
        bindings: bindings.map(({ asked: { name, store, path }, planned: { outcome } }) => ({
          name,
          store,
          path,
          outcome,
        })),
      };
    }),
});
