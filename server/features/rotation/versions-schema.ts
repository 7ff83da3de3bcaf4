import { z } from "zod";

export const VersionsOutput = z.object({
  asOf: z.date(),
  versions: z.array(
    z.object({
      version: z.number().int(),
      isCurrent: z.boolean(),
      /** Null: before the console rotated it. */
      madeAt: z.date().nullable(),
      /** When it was proved that it is refused; null: not yet, or never looked at. */
      endedAt: z.date().nullable(),
      rotationId: z.uuid().nullable(),
    }),
  ),
});
export type CredentialVersion = z.infer<typeof VersionsOutput>["versions"][number];
