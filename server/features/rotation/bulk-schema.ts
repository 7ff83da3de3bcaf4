import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { SaidSchema } from "#server/platform/errors/said-schema.ts";
import { SECRET_CLASSES } from "./rules.ts";
import { ForceRotateInput } from "./schema.ts";

/** How many rotations one act may start. */
export const MOST_AT_ONCE = 1_000;

/** Why a credential can't be rotated now. */
export const OBSTACLES = ["retired", "not-automatic", "running", "missing"] as const;

/** What forcing the rotation of everything a filter finds would do. */
export const ForcePreview = z.object({
  asOf: z.date(),
  matching: z.number().int(),
  rotatable: z.number().int(),
  /** Of those, how many wait for another person's approval first. */
  needApproval: z.number().int(),
  /** Of those, how many are in an environment without an open change window. */
  outsideWindow: z.number().int(),
  /** More than `MOST_AT_ONCE` could be rotated: the filter has to be narrower. */
  isTooMany: z.boolean(),
  byClass: z.array(
    z.object({
      class: z.enum(SECRET_CLASSES),
      matching: z.number().int(),
      rotatable: z.number().int(),
      needApproval: z.number().int(),
      obstacles: z.array(z.object({ why: z.enum(OBSTACLES), count: z.number().int() })),
    }),
  ),
  /** Exactly those that would be rotated; none when there are too many. */
  bindingIds: z.array(z.uuid()),
});
export type ForcePreview = z.infer<typeof ForcePreview>;

export const ForceRotateManyInput = z.object({
  /** As the preview named them. */
  bindingIds: z.array(entityId("secret binding")).min(1).max(MOST_AT_ONCE),
  reason: ForceRotateInput.shape.reason,
  outsideWindow: z.boolean().default(false),
  /** How they were chosen, for the log. */
  filter: z.string().max(2_000).default(""),
});
export type ForceRotateManyInput = z.output<typeof ForceRotateManyInput>;

export const ForcedMany = z.object({
  opened: z.number().int(),
  /** Opened, and waiting for an approval. */
  asked: z.number().int(),
  refused: z.array(
    z.object({
      bindingId: z.uuid(),
      name: z.string(),
      why: z.string(),
      /** The same in other languages. */
      said: SaidSchema.optional(),
    }),
  ),
});
