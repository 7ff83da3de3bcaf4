import { z } from "zod";

/** A generated value that lives in KV v2 alone: an API token or a client secret. */
export const KvGenerated = z.object({
  kind: z.literal("kv-generated"),
  /** The field of the secret that holds the value. */
  field: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, "must be the name of a field"),
  /** Randomness of a new value. */
  bytes: z.number().int().min(16).max(128),
  /** Other text fields that a new version takes over; any other field stops the rotation. */
  keep: z.array(z.string().min(1).max(63)).max(20),
});
export type KvGenerated = z.infer<typeof KvGenerated>;
