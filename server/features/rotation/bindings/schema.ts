import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");
const yaml = z.string().max(1_048_576, "must be 1 MiB at most");

export const UnbindSecretInput = z.object({
  bindingId: entityId("secret binding"),
  reason: Reason,
});
export const SecretUnbound = z.object({ bindingId: z.uuid() });

export const BINDING_OUTCOMES = ["created", "changed", "adopted", "restored", "unchanged"] as const;

/** SecretBinding documents, one or many: YAML or JSON. */
export const ImportBindingsInput = z.object({ yaml, reason: Reason });
export const BindingsImported = z.object({
  bindings: z.array(
    z.object({ bindingId: z.uuid(), name: z.string(), outcome: z.enum(BINDING_OUTCOMES) }),
  ),
});

export const PreviewBindingsInput = z.object({ yaml });
export const PreviewBindingsOutput = z.object({
  asOf: z.date(),
  problems: z.array(
    z.object({
      line: z.number().int(),
      /** `spec.rotator.target`; empty when it is the text as a whole. */
      field: z.string(),
      message: z.string(),
    }),
  ),
  bindings: z.array(
    z.object({
      name: z.string(),
      store: z.string(),
      path: z.string(),
      outcome: z.enum(BINDING_OUTCOMES),
    }),
  ),
});
