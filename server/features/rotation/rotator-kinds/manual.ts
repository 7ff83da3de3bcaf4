import { z } from "zod";

/** Nobody but a person can change it: how, how often, and whether a second one confirms that it was done. */
export const Manual = z.object({
  kind: z.literal("manual"),
  instructions: z
    .string()
    .trim()
    .min(20, "must say how it is changed, in 20 characters or more")
    .max(4_000, "must be 4,000 characters at most"),
  /** Days from one time to the next. */
  intervalDays: z.number().int().min(1).max(3_660),
  /** A second person confirms each completion. Classes whose rule asks for an approval need one anyway. */
  isConfirmed: z.boolean(),
});
export type Manual = z.infer<typeof Manual>;
